"""How long the ledger keeps events: counted by day, they are given up by month, KEEP days after they arrived.

    close     a month is over for so long, and nothing in its counts has changed for so long: it takes no more events
    drop      GRACE later nobody can still be storing into it: its events go, on PostgreSQL as one table
    forget    browsers and visits of which no event is left, and days on which a mail was opened; and the hours of old
              drop counts become months

By arrival, not by when it happened: what was imported yesterday is kept as long as what was read yesterday.
"""

from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef
from django.db.models.functions import TruncMonth

from cms import clock
from tracking import batches, months
from tracking.batch import Reason
from tracking.models import AssetDay, ClosedMonth, DropCount, Event, LastOpen, Session, StaleDay, Visitor

GRACE = timedelta(minutes=10)  # no transaction that stores events takes so long
ROWS = 500
WINDOW = 5_000  # visits have rising ids: the old ones are among the first
FINE = timedelta(days=90)  # drop counts by the hour; older ones by the month


def keep() -> timedelta | None:
    """How long events are kept; None: for ever."""
    days = settings.TRACKING_KEEP_DAYS
    return timedelta(days=days) if days else None


def run() -> int:
    """One bounded turn of all of it; how many rows or months. The loop."""
    if keep() is None:
        return _coarsen()
    return close() + drop() + forget() + _coarsen()


def is_closed(moments: set[date]) -> set[date]:
    """Those of these months (first days) that take no more events. One query, none for the last two months."""
    recent = months.of(clock.now() - timedelta(days=62))
    old = {month for month in moments if month < recent}
    return set(ClosedMonth.objects.filter(month__in=old).values_list("month", flat=True)) if old else set()


def close() -> int:
    """Close the oldest month that is due; how many were closed."""
    horizon = clock.now() - keep()
    closed = set(ClosedMonth.objects.values_list("month", flat=True))
    old = AssetDay.objects.filter(day__lt=months.of(horizon)).order_by().annotate(month=TruncMonth("day"))
    for month, changed_at in old.values_list("month").annotate(changed_at=Max("changed_at")).order_by("month"):
        if month not in closed and changed_at < horizon and not _stale(month).exists():
            ClosedMonth.objects.create(month=month, closed_at=clock.now())
            return 1
    return 0


def drop() -> int:
    """Give up events of the oldest closed month, a bounded number; how many. Its figures by day stay."""
    now = clock.now()
    due = ClosedMonth.objects.filter(emptied_at=None, closed_at__lt=now - GRACE).order_by("month").first()
    if due is None or (due.dropping_at is None and _stale(due.month).exists()):
        return 0
    if due.dropping_at is None:
        ClosedMonth.objects.filter(pk=due.pk).update(dropping_at=now)
    with transaction.atomic():
        dropped = months.drop(due.month)
        ClosedMonth.objects.filter(pk=due.pk).update(events=F("events") + dropped)
    if not dropped:
        ClosedMonth.objects.filter(pk=due.pk).update(emptied_at=now)
    return dropped


def forget() -> int:
    """Browsers not seen for as long, and visits as old, when no event is left of them; days of opening; how many."""
    horizon = clock.now() - keep()
    theirs = Event.objects.filter(visitor=OuterRef("pk"), occurred_at__lte=OuterRef("last_seen_at"))
    unseen = Visitor.objects.filter(last_seen_at__lt=horizon).exclude(Exists(theirs)).order_by("last_seen_at")
    opened = LastOpen.objects.filter(opened_on__lt=horizon.date()).order_by("opened_on")
    gone = batches.delete(LastOpen, "id", opened.values_list("pk", flat=True)[:ROWS])
    gone += Visitor.objects.filter(pk__in=list(unseen.values_list("pk", flat=True)[:ROWS])).delete()[0]
    first = Session.objects.order_by("pk").values_list("pk", flat=True).first() or 0
    of_visit = Event.objects.filter(
        visitor=OuterRef("visitor"), occurred_at__range=(OuterRef("started_at"), OuterRef("last_at"))
    )
    old = Session.objects.filter(pk__lt=first + WINDOW, last_at__lt=horizon).exclude(Exists(of_visit))
    return gone + Session.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:ROWS])).delete()[0]


def _stale(month: date):
    return StaleDay.objects.filter(day__gte=month, day__lt=months.after(month))


def _coarsen() -> int:
    """Old drop counts by the month instead of by the hour; the sum stays. How many rows went."""
    before = clock.now() - FINE
    with transaction.atomic():
        found = DropCount.objects.filter(reason__in=list(Reason), hour__lt=before).order_by("-hour")[:ROWS]
        rows = [row for row in found if row.hour != _start(row)]
        sums: dict[tuple[str, datetime], int] = {}
        for row in rows:
            sums[row.reason, _start(row)] = sums.get((row.reason, _start(row)), 0) + row.count
        coarse = [DropCount(reason=reason, hour=hour, count=n) for (reason, hour), n in sorted(sums.items())]
        batches.add(DropCount, coarse, ["reason", "hour"], "count")
        return batches.delete(DropCount, "id", [row.pk for row in rows])


def _start(row: DropCount) -> datetime:
    month = months.of(row.hour)
    return datetime(month.year, month.month, 1, tzinfo=UTC)
