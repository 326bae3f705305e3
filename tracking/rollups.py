"""Counts by piece and day, kept exact: whoever changes events marks their days, and a loop counts those again.

    pipeline._store, a changed verdict, an erased event -> mark_stale -> refresh -> AssetDay -> figures, by_stage …

Stages and topics are those that a piece has now: they are joined, not stored, so retagging needs no counting.
"""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from cms import clock
from cms.models import AssetTopic
from tracking import batches
from tracking.models import AssetDay, ClosedMonth, Event, StaleDay
from tracking.models.events import Verdict

NO_PIECE = 0
COUNTED = ("events", "people", "robots", "views", "reads", "downloads", "ratings", "readers")
LIMIT = 200
MOST_SECONDS = 0.5  # of one call of the loop
# A day with many events is counted again less often: an event costs about 20 µs to count and waits for 50 times that.
PAUSE = timedelta(milliseconds=1)
LONGEST = timedelta(minutes=15)

Day = tuple[int | None, date]


def days_of(events: Iterable[Event]) -> set[Day]:
    """The (asset id or None, day) pairs that these events count for."""
    return {(event.asset_id, event.occurred_at.astimezone(UTC).date()) for event in events}


def mark_stale(days: Iterable[Day]) -> int:
    """Have these (asset id or None, day) pairs counted again. Call it in the transaction that changes their events,
    as its last statement: it locks the marks, in key order. One statement; the number of days.
    """
    now = clock.now()
    keys = sorted({(asset or NO_PIECE, day) for asset, day in days})
    return batches.add(
        StaleDay, [StaleDay(asset_id=asset, day=day, due_at=now) for asset, day in keys], ["asset", "day"], "marks"
    )


def refresh(limit: int = LIMIT, hurry: bool = False) -> int:
    """Count again what is marked and due; how many days. The loop. Each day is a transaction of its own.

    `hurry` counts busy days at once, too.
    """
    started, done = time.monotonic(), 0
    for mark in StaleDay.objects.order_by("due_at", "id")[:limit] if hurry else _due(limit):
        if time.monotonic() - started > MOST_SECONDS:
            break
        done += _recount(mark)
    return done


def _due(limit: int) -> list[StaleDay]:
    """The marks to be worked off now; busy days that were counted a moment ago are put off."""
    now = clock.now()
    marks = list(StaleDay.objects.filter(due_at__lte=now).order_by("due_at", "id")[:limit])
    assets, days = {mark.asset_id for mark in marks}, {mark.day for mark in marks}
    rows = AssetDay.objects.filter(asset__in=assets, day__in=days)
    counted = {(row.asset_id, row.day): row.changed_at + min(PAUSE * row.events, LONGEST) for row in rows}
    later = []
    for mark in marks:
        if (due_at := counted.get((mark.asset_id, mark.day), now)) > now:
            later.append({"id": mark.pk, "due_at": due_at})
    batches.update(StaleDay, later, fields=["due_at"])
    put_off = {row["id"] for row in later}
    return [mark for mark in marks if mark.pk not in put_off]


def _recount(mark: StaleDay) -> bool:
    """One day. The mark goes first: who stores events of this day meanwhile waits for its row and marks it anew, and
    whoever did so before is seen by the count. False when another worker was faster."""
    with transaction.atomic():
        if not StaleDay.objects.filter(pk=mark.pk).delete()[0]:
            return False
        if _is_dropping(mark.day):
            return True
        _store(mark.asset_id, mark.day, count(raw(mark.asset_id, mark.day)))
    return True


def _is_dropping(day: date) -> bool:
    """Are the events of this day being given up, or gone? Then its counts stand for ever."""
    if day > clock.now().date() - timedelta(days=62):
        return False
    return ClosedMonth.objects.filter(month=day.replace(day=1), dropping_at__isnull=False).exists()


def _store(asset: int, day: date, counted: dict[str, int]) -> None:
    """Write what was counted where it is different."""
    known = AssetDay.objects.filter(asset=asset, day=day)
    if not counted["events"]:
        known.delete()
    elif known.values(*COUNTED).first() != counted:
        row = AssetDay(asset_id=asset, day=day, changed_at=clock.now(), **counted)
        AssetDay.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["asset", "day"], update_fields=[*COUNTED, "changed_at"]
        )


def raw(asset: int, day: date) -> QuerySet[Event]:
    """The stored events of a piece (NO_PIECE: of none) on a day. By index, whichever it is."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    of = Q(asset=asset) if asset else Q(asset__isnull=True)
    return Event.objects.filter(of, occurred_at__gte=start, occurred_at__lt=start + timedelta(days=1)).order_by()


def count(events: QuerySet[Event]) -> dict[str, int]:
    """What a row of AssetDay says, from the events themselves. One query."""
    human = Q(verdict=Verdict.HUMAN)
    kinds = {"views": "page_viewed", "reads": "asset_read", "downloads": "asset_downloaded", "ratings": "asset_rated"}
    return events.aggregate(
        events=Count("pk"),
        people=Count("pk", filter=human),
        robots=Count("pk", filter=Q(verdict=Verdict.ROBOT)),
        readers=Count("visitor", filter=human, distinct=True),
        **{name: Count("pk", filter=human & Q(kind=kind)) for name, kind in kinds.items()},
    )


def rebuild() -> int:
    """Mark every day there is, from the events and from what was counted; `refresh` does the rest. Reads all events."""
    found = Event.objects.order_by().values_list("asset", TruncDate("occurred_at", tzinfo=UTC)).distinct()
    known = AssetDay.objects.order_by().values_list("asset", "day")  # days of months given up stay as they are
    marked = 0
    for days in (found.iterator(), known.iterator()):
        for chunk in _chunks(days, 500):
            marked += mark_stale(chunk)
    return marked


def _chunks(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, size)):
        yield chunk


def figures(assets: Iterable[int]) -> dict[int, dict[str, int]]:
    """{asset id: {"views", "readers", "reads", "downloads"}}, people only, for those people saw. One query.

    `readers` are browsers with consent, once a day each; reading without consent counts as a view only.
    """
    names = ("views", "readers", "reads", "downloads")
    rows = AssetDay.objects.filter(asset__in=set(assets), people__gt=0).order_by().values("asset")
    return {row.pop("asset"): row for row in rows.annotate(**_sums(names))}


def by_week(asset: int, since: date) -> list[dict[str, Any]]:
    """[{"week": its Monday, "views", "reads", "downloads"}] of one piece, from the week of `since` on to this one,
    none left out. One query.
    """
    names = ("views", "reads", "downloads")
    week, today, weeks = since - timedelta(days=since.weekday()), clock.now().date(), {}
    while week <= today:
        weeks[week] = {"week": week} | dict.fromkeys(names, 0)
        week += timedelta(days=7)
    rows = AssetDay.objects.filter(asset=asset, day__gte=min(weeks, default=today), day__lte=today)
    for row in rows.values("day", *names):
        counted = weeks[row["day"] - timedelta(days=row["day"].weekday())]
        counted.update({name: counted[name] + row[name] for name in names})
    return list(weeks.values())


def by_day(since: date, until: date) -> list[dict[str, Any]]:
    """[{"day", *COUNTED}] of everything, oldest first, both days included. One query."""
    return list(_between(since, until).values("day").annotate(**_sums(COUNTED)).order_by("day"))


def by_stage(since: date, until: date) -> dict[int | None, dict[str, int]]:
    """{stage id: counts} by the stage that a piece has now; None: pieces without one. Not what is about no piece.
    One query."""
    rows = _between(since, until).values(tag=F("asset__primary_stage")).annotate(**_sums(COUNTED))
    return {row.pop("tag"): row for row in rows}


def by_topic(since: date, until: date) -> dict[int, dict[str, int]]:
    """{topic id: counts} by the topics that a piece has now: a piece with two counts for both. One query."""
    tagged = AssetTopic.objects.filter(content_object=OuterRef("asset"))
    rows = _between(since, until).filter(Exists(tagged)).values(tag=F("asset__tagged_topics__tag"))
    return {row.pop("tag"): row for row in rows.annotate(**_sums(COUNTED))}


def totals(since: date, until: date) -> dict[str, int]:
    """Counts of everything between two days, both included. One query."""
    return {name: n or 0 for name, n in _between(since, until).aggregate(**_sums(COUNTED)).items()}


def _between(since: date, until: date) -> QuerySet[AssetDay]:
    return AssetDay.objects.filter(day__gte=since, day__lte=until).order_by()


def _sums(names: Iterable[str]) -> dict[str, Sum]:
    return {name: Sum(name) for name in names}
