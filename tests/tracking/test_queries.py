"""The reading door: claims are exclusive, failures are counted, questions cost one query."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from cms import claims
from tests import ledger
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
def test_claim_gives_the_oldest_of_this_consumer_and_nobody_else_gets_them(django_assert_num_queries):
    with django_assert_num_queries(4):  # two of them are the transaction's
        claimed = queries.claim("nurture", 2)
    assert [(one.event_uuid, one.attempts) for one in claimed] == [(UUID(int=0), 1), (UUID(int=1), 1)]
    assert [one.event_uuid for one in queries.claim("nurture", 2)] == [UUID(int=2)]


@pytest.mark.usefixtures("pending")
def test_finished_work_is_gone_and_the_rest_stays():
    queries.finish(queries.claim("nurture", 2))
    assert list(Pending.objects.order_by("id").values_list("consumer", "event_uuid")) == [
        ("nurture", UUID(int=2)),
        ("other", UUID(int=0)),
    ]


@pytest.mark.usefixtures("pending")
def test_work_that_failed_three_times_is_dead_until_revived(later):
    for attempt in (1, 2, 3):
        first = queries.claim("nurture", 1)[0]
        assert first.event_uuid == UUID(int=0)
        claims.put_aside(first, f"why {attempt}")
        later(seconds=31)
    dead = Pending.objects.get(dead_at__isnull=False)
    assert (dead.event_uuid, dead.attempts, dead.error) == (UUID(int=0), 3, "why 3")
    assert [one.event_uuid for one in queries.claim("nurture", 9)] == [UUID(int=1), UUID(int=2)]
    assert claims.revive(Pending.objects.all()) == 1
    assert [one.event_uuid for one in queries.claim("nurture", 9)] == [UUID(int=0)]


@pytest.mark.usefixtures("pending")
def test_an_event_that_ends_its_process_is_found_among_its_neighbours_and_given_up(later):
    ends = UUID(int=1)
    for _ in range(10):
        while claimed := queries.claim("nurture", 9):
            if ends in {one.event_uuid for one in claimed}:
                break  # the process ends here
            queries.finish(claimed)
        later(seconds=61)
    left = Pending.objects.get(consumer="nurture")
    assert (left.event_uuid, left.dead_at is not None, "ended, three times" in left.error) == (ends, True, True)


@pytest.mark.usefixtures("pending")
def test_who_was_thought_dead_cannot_finish_what_another_took_over(later):
    late = queries.claim("nurture", 1)
    later(seconds=61)
    again = queries.claim("nurture", 1)
    with pytest.raises(claims.LostError), transaction.atomic():
        queries.finish(late)
    claims.put_aside(late[0], "too late")
    assert claims.give_back(late) == 0
    queries.finish(again)
    assert not Pending.objects.filter(event_uuid=UUID(int=0), consumer="nurture").exists()


@pytest.mark.usefixtures("pending")
def test_what_is_given_back_was_not_tried():
    claims.give_back(queries.claim("nurture", 9))
    assert [one.attempts for one in queries.claim("nurture", 9)] == [1, 1, 1]


def test_events_come_oldest_first_in_two_queries(django_assert_num_queries):
    ledger.store(*(event(uuid=UUID(int=n), occurred_at=AT - timedelta(hours=n)) for n in range(3)))
    with django_assert_num_queries(2):
        found = queries.events([UUID(int=0), UUID(int=2), UUID(int=7)])
    assert [one.uuid for one in found] == [UUID(int=2), UUID(int=0)]


def test_history_and_visitors_are_of_the_named_only():
    known = Visitor.objects.create(key=UUID(int=1), first_seen_at=AT, last_seen_at=AT)
    ledger.store(event(visitor=known, url="/a"), event(url="/b"))
    assert queries.visitors([UUID(int=1), UUID(int=2)]) == {UUID(int=1): known.pk}
    assert [one.url for one in queries.history([known.pk])] == ["/a"]
