"""The ledger by month: there before they are needed, made for old events, and few of them asked."""

import re
import threading
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from tests import ledger
from tracking import accounts, health, months, pipeline, queries, rollups
from tracking.models import Draft, Event, EventKey, Visitor

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
JUNE = datetime(1995, 6, 15, 12, tzinfo=UTC)
only_on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one table")


@pytest.fixture(autouse=True)
def own_spool(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def event(at, **changes):
    return Event(uuid=uuid4(), kind="page_viewed", occurred_at=at, received_at=at, source="script", **changes)


def draft(at):
    return Draft(uuid=uuid4(), kind="page_viewed", source="server", occurred_at=at, received_at=at)


def tables(plan):
    """The months' tables that a plan names."""
    return set(re.findall(r"tracking_event_\d{4}_\d\d\b", plan))


def test_a_month_begins_and_ends_in_utc():
    assert months.of(datetime.fromisoformat("2026-01-01T00:30+01:00")) == date(2025, 12, 1)
    assert [months.after(date(2025, 11, 1), count) for count in (0, 1, 2, 14)] == [
        date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2027, 1, 1)
    ]  # fmt: skip


@only_on_postgresql
def test_the_next_months_are_there_and_made_again_when_lost(monkeypatch):
    assert set(months.ahead()) <= months.existing()
    assert months.prepare() == 0
    later = datetime(2090, 11, 30, tzinfo=UTC)
    monkeypatch.setattr(months.clock, "now", lambda: later)
    assert not health.months_are_ahead().ok
    assert (months.prepare(), months.prepare()) == (4, 0)
    assert health.months_are_ahead().ok
    assert {date(2090, 11, 1), date(2090, 12, 1), date(2091, 1, 1), date(2091, 2, 1)} <= months.existing()


def test_old_and_new_events_are_stored_in_one_batch():
    moments = [JUNE, JUNE + timedelta(days=31), datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)]
    drafts = [draft(at) for at in moments]
    with transaction.atomic():
        pipeline.record(drafts, taken=3)
    assert sorted(Event.objects.values_list("occurred_at", flat=True)) == moments
    assert [one.uuid for one in queries.events(draft.uuid for draft in drafts)] == [draft.uuid for draft in drafts]
    assert accounts.balance().holds


@only_on_postgresql
@pytest.mark.parametrize("ask", ["events", "history"])
def test_events_are_looked_for_in_their_own_month(ask):
    reader = Visitor.objects.create(key=UUID(int=1), first_seen_at=JUNE, last_seen_at=JUNE)
    mine, others = event(JUNE, visitor=reader), [event(JUNE + timedelta(days=31 * n)) for n in range(1, 12)]
    ledger.store(mine, *others)
    asked = queries.stored([mine.uuid]) if ask == "events" else queries.history([reader.pk])
    assert tables(asked.explain()) == {"tracking_event_1995_06"}
    assert len(tables(Event.objects.all().explain())) >= 12
    assert [one.uuid for one in asked] == [mine.uuid]


def test_nothing_is_asked_for_unknown_events(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert queries.events([uuid4()]) == []


def test_a_dropped_month_is_gone_with_its_keys_and_the_accounts_hold():
    kept, gone = draft(JUNE + timedelta(days=31)), [draft(JUNE), draft(JUNE)]
    with transaction.atomic():
        pipeline.record([kept, *gone], taken=3)
    while dropped := months.drop(date(1995, 6, 1)):
        assert dropped == 2
    assert list(EventKey.objects.values_list("uuid", flat=True)) == [kept.uuid]
    assert (Event.objects.get().uuid, accounts.balance().holds) == (kept.uuid, True)
    with transaction.atomic():
        assert pipeline.record(gone, taken=2)  # its month is made again


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="on PostgreSQL the month is a table")
def test_rows_of_a_month_are_found_by_index_whatever_they_are_about():
    for asset in (None, 7):
        ledger.store(event(JUNE, asset_id=asset), event(JUNE + timedelta(days=31), asset_id=asset))
    rollups.mark_stale([(7, JUNE.date())])
    for left in (2, 1):
        rows = months._rows(date(1995, 6, 1))
        assert "SCAN tracking_event" not in rows.explain()
        assert months.drop(date(1995, 6, 1)) == 1, left
    assert months.drop(date(1995, 6, 1)) == 0


@pytest.mark.parametrize("month", [date(1995, 6, 2), months.of(datetime.now(UTC)), date(2100, 1, 1)])
def test_a_month_in_use_is_not_dropped(month):
    with pytest.raises(ValueError, match="cannot be dropped"):
        months.drop(month)


@only_on_postgresql
@pytest.mark.django_db(transaction=True, serialized_rollback=True, databases="__all__")
def test_two_workers_make_the_same_month_once_and_hold_up_no_reader():
    made = []
    at = datetime(1991, 3, 1, tzinfo=UTC)

    def make():
        made.append(months.make([at]))
        connection.close()

    other = threading.Thread(target=make)
    with transaction.atomic():
        assert months.make([at]) == 1
        other.start()  # waits for us
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT mode FROM pg_locks WHERE relation = 'tracking_event'::regclass AND mode LIKE '%Exclusive%'"
            )
            assert [mode for (mode,) in cursor.fetchall()] == ["ShareUpdateExclusiveLock"]  # lets read and write
    other.join(10)
    assert made == [0]
    months.drop(date(1991, 3, 1))
