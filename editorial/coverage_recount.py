"""Counting the whole coverage map, and each part of it, for keeping: the background half of `coverage_kept.py`."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import product
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from cms import clock, scorecards
from cms.models import AssetPage, AssetTopic, Persona, Scorecard, Topic
from editorial import demand, topic_dates
from editorial.coverage_counts import pieces
from editorial.coverage_kept import ASKED, BEST, DUE, WORST, Figures, is_today
from editorial.coverage_lists import ALL, NOBODY, Kind, plans
from editorial.models import CoverageCount, CoverageLevels, Entry, StaleCoverage

AGAIN = timedelta(minutes=10)
NEW = timedelta(days=30)  # a piece that is live for less is not called the worst: it had no time
MOST_MARKS = 5_000
SAID = ("figures", "newest", "coming", "unmet", "is_asked")

Part = tuple[int, str]  # topic and format; 0 and "" for all


class Item(NamedTuple):
    """A piece or a plan as far as counting cares."""

    pk: int
    kind: str
    stage: int | None
    for_all: bool
    format: str
    live_since: datetime | None = None
    due: date | None = None


def recount() -> int:
    """Count the map again where something was marked, or ten minutes passed; how many parts changed. The loop.

    Marks are read before what they are about, and go with what was counted; a worker that was overtaken writes nothing.
    """
    marks = list(StaleCoverage.objects.order_by("pk").values_list("pk", flat=True)[:MOST_MARKS])
    before = {(row.topic, row.format): row for row in CoverageCount.objects.all()}
    whole, now = before.get((0, "")), clock.now()
    if whole and not marks and whole.counted_at > now - AGAIN and is_today(whole.counted_at):
        return 0
    found = _count(CoverageLevels.now(), now)
    _add_dates(found)
    _add_searches(found)
    with transaction.atomic():
        current = CoverageCount.objects.select_for_update().filter(topic=0, format="").first()
        if (current and current.counted_at) != (whole and whole.counted_at):
            return 0
        changed = _store(found, before, now)
        StaleCoverage.objects.filter(pk__in=marks).delete()
    return changed


def _count(levels: CoverageLevels, now: datetime) -> dict[Part, Figures]:
    """Every part of the map, in nine statements."""
    asked = demand.asked_for()
    parts: dict[Part, Figures] = defaultdict(lambda: defaultdict(Counter))
    everybody = list(Persona.objects.values_list("pk", flat=True))
    cards = _cards()
    for item, named, topics in _items(levels):
        row = NOBODY if item.stage is None else item.stage
        columns = everybody if item.for_all else named or [NOBODY]
        is_piece = item.kind != Kind.PLANNED
        card = cards.get(item.pk) if item.kind in (Kind.LIVE, Kind.WEAK) and item.stage is not None else None
        wishes = asked[item.pk] if is_piece else 0
        for part in product((0, *topics), ("", item.format)):
            for column in (ALL, *columns):
                cell = parts[part][f"{row}-{column}"]
                cell[item.kind] += 1
                if item.due:
                    cell[DUE] = min(item.due.isoformat(), cell.get(DUE, item.due.isoformat()))
                if wishes:
                    cell[ASKED] += wishes
                if card and column not in (ALL, NOBODY):
                    _compare(cell, (item.pk, *card), is_new=not item.live_since or item.live_since > now - NEW)
    if asked:
        parts[0, ""]["is_asked"] = True
    return parts


def _add_searches(found: dict[Part, Figures]) -> None:
    """To the whole map and to each topic's part what was searched in vain. Two statements."""
    for topic, lines in demand.unmet().items():
        found[topic, ""]["unmet"] = lines


def _add_dates(found: dict[Part, Figures]) -> None:
    """To each topic's part its newest piece and its next entry. Three statements."""
    topics = list(Topic.objects.values_list("pk", flat=True))
    dates = {
        "newest": topic_dates.newest(topics),
        "coming": topic_dates.coming(topics, timezone.localdate(clock.now())),
    }
    for name, by_topic in dates.items():
        for topic, (pk, title, day) in by_topic.items():
            found[topic, ""][name] = [pk, title, day and day.isoformat()]


def _cards() -> dict[int, tuple[int, int]]:
    """{piece: (readers it is for, readers whose stage and persona were known)} where there are enough to say."""
    known = Scorecard.objects.filter(days=scorecards.USUAL, placed__gte=scorecards.TOO_FEW)
    return {pk: (relevant, placed) for pk, relevant, placed in known.values_list("asset", "relevant", "placed")}


def _compare(cell: dict, piece: tuple[int, int, int], *, is_new: bool) -> None:
    """Is it better than the best so far, or worse than the worst? With as many, the greater share is better."""
    if BEST not in cell or _order(piece) > _order(cell[BEST]):
        cell[BEST] = piece
    if not is_new and (WORST not in cell or _order(piece) < _order(cell[WORST])):
        cell[WORST] = piece


def _order(piece: tuple[int, int, int]) -> tuple:
    pk, relevant, placed = piece
    return relevant, relevant / placed, -pk


def _items(levels: CoverageLevels) -> Iterator[tuple[Item, list[int], list[int]]]:
    """Every piece and every plan, with its personas and topics. Six statements."""
    found = pieces(levels).values_list(
        "pk", "kind", "primary_stage", "for_all_personas", "format", "first_published_at"
    )
    personas = _members(AssetPage.personas.through.objects.values_list("assetpage_id", "persona_id"))
    topics = _members(AssetTopic.objects.values_list("content_object_id", "tag_id"))
    yield from ((Item(*row), personas.get(row[0], []), topics.get(row[0], [])) for row in found)
    open_ = plans()
    planned = open_.order_by().values_list("pk", "stage", "format", "due_on")
    ids = open_.order_by().values("pk")
    personas = _members(Entry.personas.through.objects.filter(entry__in=ids).values_list("entry_id", "persona_id"))
    topics = _members(Entry.topics.through.objects.filter(entry__in=ids).values_list("entry_id", "topic_id"))
    for pk, stage, format_, due in planned:
        item = Item(pk, Kind.PLANNED.value, stage, False, format_, due=due)
        yield item, personas.get(pk, []), topics.get(pk, [])


def _members(rows: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    members = defaultdict(list)
    for pk, member in rows:
        members[pk].append(member)
    return members


def _store(found: dict[Part, Figures], before: dict[Part, CoverageCount], now: datetime) -> int:
    """Write what is different, and the whole map, whose time says when all was counted; how many parts changed."""
    rows = {part: _row(part, cells, now) for part, cells in found.items()}
    rows.setdefault((0, ""), CoverageCount(counted_at=now))
    changed = {part for part, row in rows.items() if part not in before or _said(row) != _said(before[part])}
    CoverageCount.objects.bulk_create(
        [rows[part] for part in changed | {(0, "")}],
        update_conflicts=True, unique_fields=["topic", "format"], update_fields=[*SAID, "counted_at"],
    )  # fmt: skip
    CoverageCount.objects.filter(pk__in=[row.pk for part, row in before.items() if part not in rows]).delete()
    return len(changed)


def _row(part: Part, cells: Figures, now: datetime) -> CoverageCount:
    more = {name: cells.pop(name, None) for name in ("newest", "coming", "unmet")}
    more["is_asked"] = cells.pop("is_asked", False)
    return CoverageCount(topic=part[0], format=part[1], figures=_plain(cells), counted_at=now, **more)


def _said(row: CoverageCount) -> list:
    return [getattr(row, name) for name in SAID]


def _plain(cells: Figures) -> Figures:
    """As JSON gives it back. One piece alone is the best of its cell, and not its worst."""
    plain = {}
    for key, cell in cells.items():
        if WORST in cell and cell[WORST] == cell[BEST]:
            cell = {name: value for name, value in cell.items() if name != WORST}
        plain[key] = {str(name): list(value) if isinstance(value, tuple) else value for name, value in cell.items()}
    return plain
