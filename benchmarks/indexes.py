"""`python -m benchmarks.indexes`: what each index of the ledger costs on PostgreSQL, and what it spares. JSON lines.

A month of EVENTS events; then each index is taken away in a transaction that is rolled back. What it costs: the CPU of
PostgreSQL for an event more, and its size. What it spares: the pages (8 kB) that the statement it is for looks at with
and without it, which are the same on every machine. docs/benchmarks.md
"""

import json
import os
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from benchmarks.running import COMMON, manage, postgres, used

EVENTS = int(os.environ.get("EVENTS", "300000"))
ROUNDS = int(os.environ.get("ROUNDS", "9"))
BATCH = 20_000
DATABASE = f"lede_bench_indexes_{os.getpid()}"
MONTH = datetime(2026, 6, 1, tzinfo=UTC)
DAY = MONTH + timedelta(days=14)

# 10,000 browsers, 1,000 pieces; a third of all events knows its browser, one in ten is about no piece, one in five came
# by a link, one in twenty by one of 50 campaigns, one in fifty is a search.
MANY = """
INSERT INTO tracking_event (uuid, kind, occurred_at, received_at, source, visitor_id, asset_id, link_ref, url, referrer,
                            utm, device, verdict, reasons, properties, campaign_id)
SELECT gen_random_uuid(), CASE WHEN n %% 50 = 0 THEN 'site_searched' ELSE 'page_viewed' END,
       %(month)s + (random() * 29) * interval '1 day', %(month)s, 'script',
       CASE WHEN n %% 3 = 0 THEN (random() * 10000)::int END, CASE WHEN n %% 10 > 0 THEN (random() * 1000)::int END,
       CASE WHEN n %% 5 = 0 THEN lpad(to_hex((random() * 20000)::int), 32, '0')::uuid END,
       'https://news.example/insights/' || n || '/', '', '{}', 'desktop', 'human', '[]', '{}',
       CASE WHEN n %% 20 = 0 THEN (random() * 50)::int END
FROM generate_series(1, %(number)s) AS n
"""


def main() -> None:
    """Fill a database of its own, measure, and drop it."""
    with postgres(DATABASE) as address:
        env = {"DATABASE_URL": address}
        manage(env, "migrate", "-v0")
        os.environ.update(COMMON | env)
        import django

        django.setup()
        _fill()
        asked = _asked()
        for index, read in asked.items():
            _measure_reading(index, read)
        for index in asked:
            _measure_writing(index)


def _fill() -> None:
    from django.db import connection

    from tracking import months

    months.make([MONTH])
    with connection.cursor() as cursor:
        cursor.execute(MANY, {"month": MONTH, "number": EVENTS})
        cursor.execute("ANALYZE tracking_event")


def _asked() -> dict[str, Callable]:
    """The statement that each index is for, as the product asks it; by the index's name."""
    from tracking import queries, rollups
    from tracking.models import Event

    uuids = list(Event.objects.order_by("id").values_list("uuid", flat=True)[: EVENTS : EVENTS // 100])
    span = (MONTH + timedelta(days=3), MONTH + timedelta(days=24))
    return {
        "uuid": lambda: Event.objects.filter(occurred_at__range=(MONTH, MONTH + timedelta(days=29)), uuid__in=uuids),
        "event_by_visitor": lambda: Event.objects.filter(visitor__in=[7, 8, 9], occurred_at__range=span),
        "event_by_asset": lambda: rollups.raw(7, DAY.date()),
        "event_of_no_asset": lambda: rollups.raw(0, DAY.date()),
        "event_of_search": lambda: Event.objects.filter(
            kind="site_searched", occurred_at__range=(DAY, DAY + timedelta(hours=1))
        ),
        "event_by_campaign": lambda: queries.of_campaign(7, 50),
        "event_by_link": lambda: Event.objects.filter(link_ref__in=[UUID(int=7), UUID(int=8)]),
    }


def _measure_reading(index: str, read: Callable) -> None:
    name, size = _found(index)
    pages = _pages(read())
    with _taken_away(name):
        pages_without = _pages(read())
    _say(index, "size", round(size / EVENTS * 1e6 / 2**20, 1), "MB a million events")
    _say(index, "pages", pages, "pages")
    _say(index, "pages_without", pages_without, "pages")


def _measure_writing(index: str) -> None:
    name, _ = _found(index)
    with_it, without = [], []
    for _ in range(ROUNDS):
        with_it.append(_insert_cpu())
        with _taken_away(name):
            without.append(_insert_cpu())
    cost = statistics.median(with_it) - statistics.median(without)
    _say(index, "cost", round(cost * 1e6, 1), "µs of CPU an event")
    _say(index, "share_of_writing", round(cost / statistics.median(with_it), 3), "ratio")


@contextmanager
def _taken_away(name: str) -> Iterator[None]:
    from django.db import connection, transaction

    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        transaction.set_rollback(True)


def _found(index: str) -> tuple[str, int]:
    """Its name in the database and its size in bytes; a column's own index has a name made by Django."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, (SELECT sum(pg_relation_size(relid)) FROM pg_partition_tree(c.oid)) FROM pg_index i"
            " JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = 'tracking_event'::regclass"
            " AND (c.relname = %s OR pg_get_indexdef(c.oid) LIKE %s)",
            [index, f"%% ({index})"],
        )
        name, size = cursor.fetchone()
        return name, int(size)


def _insert_cpu() -> float:
    """Seconds of CPU that PostgreSQL spends on an event of a batch that does not stay."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
        before = used(pid)
        cursor.execute(MANY, {"month": MONTH, "number": BATCH})
        spent = used(pid) - before
        transaction.set_rollback(True)
    return spent / BATCH


def _pages(found: QuerySet) -> int:
    [told] = json.loads(found.explain(format="json", analyze=True, buffers=True))
    return told["Plan"]["Shared Hit Blocks"] + told["Plan"]["Shared Read Blocks"]


def _say(index: str, figure: str, value: float, unit: str) -> None:
    sys.stdout.write(json.dumps({"name": f"index.{index}.{figure}", "value": value, "unit": unit}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
