"""The reading door: claims are exclusive, failures are counted, questions cost one query."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from tracking import batches, queries
from tracking.models import Event, Pending, Visitor

pytestmark = [pytest.mark.db, pytest.mark.django_db]
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(**changes):
    values = {"uuid": uuid4(), "kind": "page_viewed", "occurred_at": AT, "received_at": AT, "source": "script"}
    return Event(**(values | changes))


@pytest.fixture
def pending():
    batches.insert(Pending, [Pending(consumer="nurture", event_uuid=UUID(int=n)) for n in range(3)])
    batches.insert(Pending, [Pending(consumer="other", event_uuid=UUID(int=0))])


@pytest.mark.usefixtures("pending")
def test_claim_gives_the_oldest_of_this_consumer(django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(1):
        claimed = queries.claim("nurture", 2)
    assert [one.event_uuid for one in claimed] == [UUID(int=0), UUID(int=1)]


@pytest.mark.usefixtures("pending")
def test_finished_work_is_gone_and_the_rest_stays():
    assert queries.finish(queries.claim("nurture", 2)) == 2
    assert list(Pending.objects.order_by("id").values_list("consumer", "event_uuid")) == [
        ("nurture", UUID(int=2)),
        ("other", UUID(int=0)),
    ]


@pytest.mark.usefixtures("pending")
def test_work_that_failed_three_times_is_dead_until_revived():
    for attempt in (1, 2, 3):
        first = queries.claim("nurture", 1)[0]
        assert first.event_uuid == UUID(int=0)
        queries.put_aside(first, f"why {attempt}")
    dead = Pending.objects.get(dead_at__isnull=False)
    assert (dead.event_uuid, dead.attempts, dead.error) == (UUID(int=0), 3, "why 3")
    assert [one.event_uuid for one in queries.claim("nurture", 9)] == [UUID(int=1), UUID(int=2)]
    assert queries.revive("nurture") == 1
    assert len(queries.claim("nurture", 9)) == 3


def test_events_come_oldest_first_in_one_query(django_assert_num_queries):
    batches.insert(Event, [event(uuid=UUID(int=n), occurred_at=AT - timedelta(hours=n)) for n in range(3)])
    with django_assert_num_queries(1):
        found = queries.events([UUID(int=0), UUID(int=2), UUID(int=7)])
    assert [one.uuid for one in found] == [UUID(int=2), UUID(int=0)]


def test_history_and_visitors_are_of_the_named_only():
    known = Visitor.objects.create(key=UUID(int=1), first_seen_at=AT, last_seen_at=AT)
    batches.insert(Event, [event(visitor=known, url="/a"), event(url="/b")])
    assert queries.visitors([UUID(int=1), UUID(int=2)]) == {UUID(int=1): known.pk}
    assert [one.url for one in queries.history([known.pk])] == ["/a"]


def test_asset_figures_count_people_only(django_assert_num_queries):
    rows = [event(asset_id=1, visitor_id=5), event(asset_id=1, visitor_id=5), event(asset_id=1)]
    rows += [event(asset_id=1, kind="asset_read", visitor_id=6), event(asset_id=1, verdict="robot")]
    rows += [event(asset_id=2, kind="asset_downloaded"), event(asset_id=3)]
    batches.insert(Event, rows)
    with django_assert_num_queries(1):
        figures = queries.asset_figures([1, 2, 9])
    assert figures == {
        1: {"views": 3, "reads": 1, "downloads": 0, "readers": 2},
        2: {"views": 0, "reads": 0, "downloads": 1, "readers": 0},
    }
