"""The figures of the coverage map as the worker keeps them, with the best and the worst piece of each cell.

    a page, an entry, a persona … is saved -> StaleCoverage -> recount -> CoverageCount -> figures

What is kept holds while nothing is marked, on the day it was counted (review dates pass by themselves), and for an
hour, so that what no signal tells of is not out for long. Where it does not hold, `figures` counts now: with a worker
that is late the map is slower, never wrong.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, Q
from django.utils import timezone

from cms import clock
from editorial.coverage_counts import count, first_due, groups
from editorial.coverage_lists import ALL, Kind, Narrowing, live_pieces
from editorial.models import CoverageCount, CoverageLevels, StaleCoverage

HOLDS = timedelta(hours=1)
BEST, WORST, ASKED, DUE = "best", "worst", "asked", "due"

Figures = dict[str, dict]  # of a part of the map, as in `CoverageCount`


class Standout(NamedTuple):
    """The piece of a cell that most, or fewest, of those it is for took in: `relevant` of `placed` readers."""

    pk: int
    title: str
    relevant: int
    placed: int


class Kept(NamedTuple):
    """What stands in a part of the map. What is last counted, not now: standouts, wishes and searches."""

    counted: Counter  # {(row, column, kind): n}
    standouts: dict[tuple, dict[str, Standout]]  # {(row, column): {BEST: Standout, WORST: Standout}}
    asked: Counter | None  # {(row, column): how often sales heard a customer ask}; None: of nothing yet
    unmet: list | None  # [words, how often] of searches in vain; None: nobody searched
    due: dict[tuple, date]  # {(row, column): when the first of its plans is due}


def mark(**_signal) -> None:
    """Something that the map counts was saved: what is kept holds no more. Call it in the transaction that saves."""
    StaleCoverage.objects.create(marked_at=clock.now())


def figures(levels: CoverageLevels, part: Narrowing, personas: Iterable[int]) -> Kept:
    """Of this part. Two statements, and four more where what is kept does not hold, or is not kept of such a part: then
    without standouts and wishes, which are counted ahead alone."""
    everybody = tuple(personas)
    if not part.is_kept:
        found = list(groups(levels, part))
        return Kept(count(found, everybody), {}, None, None, first_due(found, everybody))
    kept, topic = _kept(part), part.topic.pk if part.topic else 0
    whole, mine, of_topic = (kept.get(key) for key in ((0, ""), (topic, part.format), (topic, "")))
    of_cells = mine.figures if mine else {}
    if holds(kept.values()):
        counted, due = _read(of_cells), _due(of_cells)
    else:
        found = list(groups(levels, part))
        counted, due = count(found, everybody), first_due(found, everybody)
    asked = _asked(of_cells) if whole and whole.is_asked else None
    is_searched = whole and whole.unmet is not None
    unmet = ((of_topic and of_topic.unmet) or []) if is_searched else None
    return Kept(counted, _standouts(of_cells), asked, unmet, due)


def rows(wanted: Q, *leave_out: str) -> list[CoverageCount]:
    """What is kept of these parts, and of the whole map, by which `holds` tells whether it holds. One statement."""
    found = CoverageCount.objects.filter(Q(topic=0, format="") | wanted).defer(*leave_out)
    return list(found.annotate(is_stale=Exists(StaleCoverage.objects.all())))


def holds(kept: Iterable[CoverageCount]) -> bool:
    """Was nothing marked since it was counted, today and within the hour?"""
    whole = next((row for row in kept if (row.topic, row.format) == (0, "")), None)
    return bool(whole and not whole.is_stale and is_today(whole.counted_at) and whole.counted_at > clock.now() - HOLDS)


def _kept(part: Narrowing) -> dict[tuple[int, str], CoverageCount]:
    """What is kept of the whole map, of a part, and of its topic in any format. One statement."""
    topic = part.topic.pk if part.topic else 0
    return {(row.topic, row.format): row for row in rows(Q(topic=topic, format__in=("", part.format)))}


def is_today(moment: datetime) -> bool:
    return timezone.localdate(moment) == timezone.localdate(clock.now())


def _read(kept: Figures) -> Counter:
    """As `count` gives them: with the row of totals, each stage's column added up."""
    counted = Counter()
    for (row, column), cell in _cells(kept):
        for kind in Kind:
            if number := cell.get(kind.value):
                counted[row, column, kind] += number
                counted[ALL, column, kind] += number
    return counted


def _cells(kept: Figures) -> Iterator[tuple[tuple, dict]]:
    for key, cell in kept.items():
        row, column = (int(one) if one.isdecimal() else one for one in key.split("-"))
        yield (row, column), cell


def _due(kept: Figures) -> dict[tuple, date]:
    """As `first_due` gives it."""
    found = {}
    for (row, column), cell in _cells(kept):
        if DUE in cell:
            day = date.fromisoformat(cell[DUE])
            for key in ((row, column), (ALL, column)):
                found[key] = min(day, found.get(key, day))
    return found


def _asked(kept: Figures) -> Counter:
    """As `_read`, of the customers' wishes."""
    counted = Counter()
    for (row, column), cell in _cells(kept):
        if number := cell.get(ASKED):
            counted[row, column] += number
            counted[ALL, column] += number
    return counted


def _standouts(kept: Figures) -> dict[tuple, dict[str, Standout]]:
    """The best and worst pieces that are still live, with their titles. One statement, or none."""
    named = {cell: {name: of[name] for name in (BEST, WORST) if name in of} for cell, of in _cells(kept)}
    ids = {one[0] for of in named.values() for one in of.values()}
    titles = dict(live_pieces().filter(pk__in=ids).values_list("pk", "title")) if ids else {}
    return {
        cell: {
            name: Standout(pk, titles[pk], relevant, placed)
            for name, (pk, relevant, placed) in of.items()
            if pk in titles
        }
        for cell, of in named.items()
    }
