"""The mix: which part of the pieces of a time is of each kind, against what the team aims at.

Of each dimension but the persona a piece has one value; for several personas it counts at each, so their shares add up
to more than all. With fewer than FEWEST pieces a share says nothing, and none is judged.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editorial.calendar.span import Span
from editorial.coverage_states import State
from editorial.mix_counts import KEYS, Counted
from editorial.models import MixTarget
from editorial.models.mix import LABELS, ROWS, Kinds, kinds

FEWEST = 5

MET = State("met", gettext_lazy("On target"), "circle-check")
OVER = State("missed", gettext_lazy("Too many"), "warning")
UNDER = State("missed", gettext_lazy("Too few"), "warning")
FEW = State("few", gettext_lazy("Too few to say"), "info-circle")


@dataclass(frozen=True)
class Judged:
    """One target against the count of a time, with a sentence."""

    target: MixTarget
    count: int
    total: int
    state: State
    what: str  # what the target is about

    @property
    def words(self) -> str:
        """`3 of 12 are product, target at most 25 %`."""
        is_row = self.target.dimension in ROWS
        said = {
            "n": self.count,
            "total": self.total,
            "what": self.what if is_row else self.what.lower(),
            "bound": self.target.get_bound_display().lower(),
            "percent": self.target.percent,
        }
        if is_row:
            return _("%(n)d of %(total)d are for “%(what)s”, target %(bound)s %(percent)d %%") % said
        return _("%(n)d of %(total)d are %(what)s, target %(bound)s %(percent)d %%") % said


@dataclass
class Line:
    """One kind of piece: how many, which part of all in per cent, how its targets stand, and where they are listed."""

    value: str
    label: str
    count: int
    percent: int
    judged: tuple[Judged, ...] = ()
    url: str = ""


@dataclass
class Part:
    """One way to tell pieces apart, with a line for each kind that is there or aimed at."""

    key: str
    label: str
    lines: list[Line] = field(default_factory=list)


@dataclass
class Meter:
    """The mix of a time."""

    total: int
    parts: list[Part]

    @property
    def judged(self) -> list[Judged]:
        return [one for part in self.parts for line in part.lines for one in line.judged]

    @property
    def missed(self) -> int:
        return sum(one.state in (OVER, UNDER) for one in self.judged)


def judge(count: int, total: int, bound: str, percent: int) -> State:
    """How a share stands against its target. Pure; whole pieces, so 3 of 12 is exactly 25 per cent."""
    if total < FEWEST:
        return FEW
    if bound == MixTarget.Bound.AT_MOST:
        return OVER if count * 100 > percent * total else MET
    return UNDER if count * 100 < percent * total else MET


def meter(counted: Counted, targets: Iterable[MixTarget], known: Kinds) -> Meter:
    """The meter of counted pieces; `known`: the kinds that there are. Pure."""
    counts = {key: Counter() for key in KEYS} | {"persona": counted.personas}
    for values, number in counted.kinds.items():
        for key, value in zip(KEYS, values, strict=True):
            counts[key][value] += number
    aims = list(targets)
    return Meter(counted.total, [_part(key, counts[key], counted.total, aims, known[key]) for key in LABELS])


def _part(key: str, counts: Counter, total: int, targets: list[MixTarget], known: list[tuple[str, str]]) -> Part:
    part = Part(key, str(LABELS[key]))
    for value, words in [*known, ("", _("Not said"))]:
        count = counts[value]
        judged = tuple(
            Judged(target, count, total, judge(count, total, target.bound, target.percent), str(words))
            for target in targets
            if (target.dimension, target.value) == (key, value)
        )
        if count or judged:
            part.lines.append(Line(value, str(words), count, round(100 * count / total) if total else 0, judged))
    return part


def known_to(aims: Iterable[MixTarget]) -> Kinds:
    """The kinds that these are about: stages and personas are read only where one is about them."""
    asked = {aim.dimension for aim in aims}
    found = kinds([key for key in ROWS if key in asked])
    return {key: found.get(key, []) for key in LABELS}


def targets(span: Span) -> list[MixTarget]:
    """What is aimed at in any of these days, the earliest first. One query."""
    ends = Q(valid_until=None) | Q(valid_until__gte=span.first)
    return list(MixTarget.objects.filter(ends, valid_from__lte=span.last).order_by("valid_from", "pk"))


def in_force(aims: Iterable[MixTarget], span: Span) -> list[MixTarget]:
    """Those that hold in these days; of two that follow each other the later one. Pure."""
    held = [
        aim
        for aim in aims
        if aim.valid_from <= span.last and (aim.valid_until is None or aim.valid_until >= span.first)
    ]
    return list({(aim.share_of, aim.bound): aim for aim in held}.values())


def quarter_of(day: date) -> Span:
    """The calendar quarter that the day lies in."""
    month = 3 * ((day.month - 1) // 3) + 1
    after = date(day.year + month // 10, (month + 3) % 12, 1)
    return Span(date(day.year, month, 1), date.fromordinal(after.toordinal() - 1))
