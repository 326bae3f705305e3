"""The ledger by month: on PostgreSQL the events of a month are a table of their own, on SQLite all are in one.

Months are made ahead by a worker, and for old events in the transaction that stores them, so every event has its
month and no DEFAULT partition is needed: with one, making a month would lock and read through all that it holds.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db import connection, models, transaction

from cms import clock
from tracking import batches
from tracking.models import AssetDay, DraftMark, Event, EventKey, Pending, StaleDay

AHEAD = 3
LOCK = 7_402_301_122  # any number, the same in every process: who makes or drops months holds it
LOCK_TIMEOUT = "2s"  # for what can wait; nobody's insert queues up behind us for longer
ROWS_AT_ONCE = 500  # on SQLite a write transaction stays under 100 ms
TABLE = Event._meta.db_table
REFERRING = ((EventKey, "uuid"), (Pending, "event_uuid"))


def of(moment: datetime) -> date:
    """The first day of the month, in UTC, that holds this moment."""
    return moment.astimezone(UTC).date().replace(day=1)


def after(month: date, count: int = 1) -> date:
    """The first day of the month that comes `count` months later."""
    years, months = divmod(month.month - 1 + count, 12)
    return date(month.year + years, months + 1, 1)


def ahead() -> list[date]:
    """This month and the next AHEAD ones: they are to be there before their first event."""
    return [after(of(clock.now()), count) for count in range(AHEAD + 1)]


def is_partitioned() -> bool:
    """Are there tables by month at all? Not on SQLite, nor before the migration that makes them."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass(%s)", [TABLE])
        return cursor.fetchone() == (True,)


def existing() -> set[date]:
    """The months that have a table. One query; empty on SQLite."""
    if connection.vendor != "postgresql":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
            " WHERE inhparent = to_regclass(%s)",
            [TABLE],
        )
        names = [name.removeprefix(f"{TABLE}_").split("_") for (name,) in cursor.fetchall()]
    return {date(int(year), int(month), 1) for year, month in names}


def prepare() -> int:
    """Make this month and the next ones where they are missing; how many were made. A loop, and after `migrate`."""
    if not is_partitioned() or not set(ahead()) - existing():
        return 0
    with transaction.atomic():
        _do("SET LOCAL lock_timeout = %s", LOCK_TIMEOUT)
        return _make(ahead())


def make(moments: Iterable[datetime]) -> int:
    """See to it that events of these moments can be stored, in the caller's transaction; how many months were made.

    Call it before anything else is locked: who makes a month keeps others from doing so until its transaction ends.
    """
    if connection.vendor != "postgresql":
        return 0
    wanted = {of(moment) for moment in moments}
    if not wanted - existing():
        return 0
    with transaction.atomic():
        return _make(wanted)


def within(moments: Iterable[datetime]) -> models.Q:
    """A condition on `occurred_at` that lets the database look into the months of these moments only."""
    condition = models.Q(pk__in=[])
    for month in sorted({of(moment) for moment in moments}):
        condition |= models.Q(occurred_at__gte=_start(month), occurred_at__lt=_start(after(month)))
    return condition


def drop(month: date) -> int:
    """Forget all events of a month, their keys and what is pending of them; how many. The accounts still hold.

    What was decided because of them has rows of its own, which stay.
    On PostgreSQL its table is dropped at the end of one transaction. On SQLite call it until it answers 0: it removes
    a bounded number of rows. ValueError for a month that new events still may fall into.
    """
    if month.day != 1 or after(month) >= of(clock.now()):
        raise ValueError(f"{month} cannot be dropped: name the first day of a month before the last one")
    with transaction.atomic():
        dropped = _drop_table(month) if is_partitioned() else _drop_rows(month)
        DraftMark.objects.filter(pk=1).update(taken=models.F("taken") - dropped)
    return dropped


def _make(wanted: Iterable[date]) -> int:
    """ATTACH, unlike CREATE … PARTITION OF, lets others read and write the ledger meanwhile."""
    _do("SELECT pg_advisory_xact_lock(%s)", LOCK)
    lacking = sorted(set(wanted) - existing())  # again: another worker may have made them while we waited
    for month in lacking:
        _do(f"CREATE TABLE {_table(month)} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)")
        _do(
            f"ALTER TABLE {TABLE} ATTACH PARTITION {_table(month)} FOR VALUES FROM (%s) TO (%s)",
            _start(month),
            _start(after(month)),
        )
    return len(lacking)


def _drop_table(month: date) -> int:
    _do("SELECT pg_advisory_xact_lock(%s)", LOCK)
    if month not in existing():
        return 0
    _do("SET LOCAL lock_timeout = %s", LOCK_TIMEOUT)
    _do(f"LOCK TABLE {_table(month)} IN SHARE ROW EXCLUSIVE MODE")  # nobody adds an event to it from now on
    for model, field in REFERRING:
        table = model._meta.db_table
        _do(f"DELETE FROM {table} USING {_table(month)} AS gone WHERE {table}.{field} = gone.uuid")  # noqa: S608 -- our own names
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {_table(month)}")  # noqa: S608 -- our own name
        (dropped,) = cursor.fetchone()
    _do(f"DROP TABLE {_table(month)}")
    return dropped


def _drop_rows(month: date) -> int:
    rows = list(_rows(month).values_list("pk", "uuid")[:ROWS_AT_ONCE])
    for model, field in REFERRING:
        batches.delete(model, field, [uuid for _pk, uuid in rows])
    return batches.delete(Event, "id", [pk for pk, _uuid in rows])


def _rows(month: date) -> models.QuerySet[Event]:
    """Some events of a month, by index: those about no piece while there are any, then those of its pieces.

    Which pieces those are is in the counts by day, or marked to be counted in the transaction that stored the event.
    """
    old = Event.objects.filter(within([_start(month)])).order_by()
    if (about_none := old.filter(asset=None)).exists():
        return about_none
    days = {"day__gte": month, "day__lt": after(month)}
    counted, marked = (model.objects.filter(**days).values("asset") for model in (AssetDay, StaleDay))
    return old.filter(asset__in=counted.union(marked))


def _table(month: date) -> str:
    return f"{TABLE}_{month:%Y_%m}"


def _start(month: date) -> datetime:
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def _do(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
