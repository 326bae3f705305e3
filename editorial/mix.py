"""The mix: which part of the pieces of a time is of each kind, against what the team aims at.

A plan counts as what it says; where it says nothing, as what its page says. Without a medium either has the one that
its format most often has. With fewer than FEWEST pieces a share says nothing, and none is judged.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.models import AssetPage
from cms.models.pages import MEDIUM_OF, Medium
from editorial.calendar import rows
from editorial.calendar.span import Span
from editorial.coverage_states import State
from editorial.models import MixTarget
from editorial.models.mix import DIMENSIONS

FEWEST = 5
UNSAID = ("approach", "length", "medium")  # what a plan or page may leave open

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

    @property
    def words(self) -> str:
        """`3 of 12 are product, target at most 25 %`."""
        said = {
            "n": self.count,
            "total": self.total,
            "what": str(dict(DIMENSIONS[self.target.dimension][1].choices)[self.target.value]).lower(),
            "bound": self.target.get_bound_display().lower(),
            "percent": self.target.percent,
        }
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


def meter(kinds: Counter, targets: Iterable[MixTarget]) -> Meter:
    """The meter of counted pieces: {(a value for each of DIMENSIONS): how many}. Pure."""
    total = sum(kinds.values())
    counts = {key: Counter() for key in DIMENSIONS}
    for values, number in kinds.items():
        for key, value in zip(DIMENSIONS, values, strict=True):
            counts[key][value] += number
    aims = list(targets)
    return Meter(total, [_part(key, counts[key], total, aims) for key in DIMENSIONS])


def _part(key: str, counts: Counter, total: int, targets: list[MixTarget]) -> Part:
    label, kind = DIMENSIONS[key]
    part = Part(key, str(label))
    for value, words in [*kind.choices, ("", _("Not said"))]:
        count = counts[value]
        judged = tuple(
            Judged(target, count, total, judge(count, total, target.bound, target.percent))
            for target in targets
            if (target.dimension, target.value) == (key, value)
        )
        if count or judged:
            part.lines.append(Line(value, str(words), count, round(100 * count / total) if total else 0, judged))
    return part


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


def of_calendar(entries: QuerySet, pages: QuerySet, span: Span, waiting: dict[int, datetime]) -> Counter:
    """What is planned for, or goes or went live in these days: entries, and pages without one. Two queries."""
    planned = rows.due_or_live(told(entries), span, waiting)
    unplanned = rows.unplanned_live(told(pages, alone=True), span, waiting)
    return Counter(planned.values_list(*_names())) + Counter(unplanned.values_list(*_names()))


def told(queryset: QuerySet, *, alone: bool = False) -> QuerySet:
    """Entries or pages with what they say of each of DIMENSIONS, as `is_approach` and so on; `alone`: without asking
    the other of the two, which pages that nobody planned do not have."""
    other = "entry" if queryset.model is AssetPage else "page"
    values = {}
    for key in DIMENSIONS:
        values[f"is_{key}"] = F(key)
        if key in UNSAID:
            said = [NullIf(F(name), Value("")) for name in (key, *([] if alone else [f"{other}__{key}"]))]
            values[f"is_{key}"] = Coalesce(*said, _of_format() if key == "medium" else Value(""))
    return queryset.annotate(**values)


def having(queryset: QuerySet, key: str, wanted: list[str]) -> QuerySet:
    """The entries or pages that say one of these of a dimension; "" is: nothing."""
    found = told(queryset.model.objects.all()).filter(**{f"is_{key}__in": wanted}).order_by()
    return queryset.filter(pk__in=found.values("pk"))


def _of_format():
    usual = [When(format=format_, then=Value(medium)) for format_, medium in MEDIUM_OF.items()]
    return Case(*usual, default=Value(Medium.TEXT.value))


def _names() -> list[str]:
    return [f"is_{key}" for key in DIMENSIONS]


def quarter_of(day: date) -> Span:
    """The calendar quarter that the day lies in."""
    month = 3 * ((day.month - 1) // 3) + 1
    after = date(day.year + month // 10, (month + 3) % 12, 1)
    return Span(date(day.year, month, 1), date.fromordinal(after.toordinal() - 1))
