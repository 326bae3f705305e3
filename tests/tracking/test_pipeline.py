"""From drafts to events: nothing lost, nothing twice, whatever breaks and whenever."""

import contextlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DataError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracking import accounts, batches, inbox, pipeline, rows, spool, steps, takings
from tracking.models import Draft, DraftMark, DropCount, Event, EventKey, HeldDraft, Pending, Taking
from tracking.signals import events_recorded

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
in_a_file = pytest.mark.skipif(
    inbox.alias() == "default", reason="on PostgreSQL the inbox is a table of the same database"
)
AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def draft(uuid=None, **changes):
    values = {"kind": "page_viewed", "source": "script", "occurred_at": AT, "received_at": AT}
    values |= {"payload": {"url": "/nowhere/"}, "facts": {"ua": AGENT, "method": "POST"}}
    return Draft(uuid=uuid or uuid4(), **(values | changes))


@pytest.fixture(autouse=True)
def own_spool(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def test_drafts_become_events_with_work_for_each_consumer(settings):
    settings.TRACKING_CONSUMERS = ["nurture", "other"]
    inbox.submit([draft(UUID(int=1)), draft(UUID(int=2), kind="asset_read", payload={"properties": {"seconds": 9}})])
    assert pipeline.run_batch() == 2
    assert list(Event.objects.order_by("uuid").values_list("uuid", "kind", "verdict", "properties")) == [
        (UUID(int=1), "page_viewed", "human", {}),
        (UUID(int=2), "asset_read", "human", {"seconds": 9}),
    ]
    assert set(Pending.objects.values_list("consumer", "event_uuid")) == {
        (name, UUID(int=n)) for name in ("nurture", "other") for n in (1, 2)
    }
    assert Draft.objects.count() == 0
    assert pipeline.run_batch() == 0


def test_one_batch_is_bounded_and_takes_the_oldest():
    inbox.submit([draft(UUID(int=n)) for n in range(5)])
    assert [pipeline.run_batch(2) for _ in range(4)] == [2, 2, 1, 0]


def test_same_uuid_is_stored_once_and_counted_as_duplicate():
    inbox.submit([draft(UUID(int=1)), draft(UUID(int=1)), draft(UUID(int=2))])
    pipeline.run_batch()
    inbox.submit([draft(UUID(int=2))])
    pipeline.run_batch()
    assert Event.objects.count() == 2
    assert list(DropCount.objects.values_list("reason", "hour", "count")) == [
        ("duplicate", AT.replace(minute=0), 2),
    ]


def test_unknown_kind_is_dropped_with_its_reason():
    inbox.submit([draft(kind="page_burned"), draft()])
    pipeline.run_batch()
    assert (Event.objects.count(), DropCount.objects.get().reason) == (1, "unknown_kind")


def test_draft_on_which_a_step_fails_stops_no_other():
    good = [draft() for _ in range(6)]
    bad = draft(payload={"visitor": "not a uuid"})
    inbox.submit([*good[:4], bad, *good[4:]])
    while pipeline.run_batch():
        pass
    assert Event.objects.count() == 6
    assert list(HeldDraft.objects.values_list("uuid", "attempts")) == [(bad.uuid, 1)]
    assert (accounts.balance().holds, accounts.balance().total) == (True, 7)


@pytest.mark.parametrize("refusal", [DataError, IntegrityError])
def test_draft_that_the_database_refuses_stops_no_other(refusal, monkeypatch):
    bad = draft()

    def refuse(batch):
        if any(row.draft.uuid == bad.uuid for row in batch.rows):
            raise refusal("PostgreSQL text fields cannot contain NUL (0x00) bytes")

    monkeypatch.setattr(pipeline, "STEPS", (*steps.STEPS, refuse))
    inbox.submit([draft(), bad, draft()])
    while pipeline.run_batch():
        pass
    assert Event.objects.count() == 2
    assert list(HeldDraft.objects.values_list("uuid", "attempts")) == [(bad.uuid, 1)]
    assert (accounts.balance().holds, accounts.balance().total) == (True, 3)


def test_signal_wakes_after_the_commit(django_capture_on_commit_callbacks):
    heard = []
    events_recorded.connect(lambda uuids, **_: heard.extend(uuids), weak=False, dispatch_uid="test")
    try:
        inbox.submit([draft(UUID(int=1))])
        with django_capture_on_commit_callbacks(execute=True):
            pipeline.run_batch()
            assert heard == []
    finally:
        events_recorded.disconnect(dispatch_uid="test")
    assert heard == [UUID(int=1)]


def count_queries(n, django_assert_max_num_queries):
    key = [str(uuid4()) for _ in range(3)]
    payload = {"url": "http://x/a/?utm_campaign=c", "referrer": "http://y/"}
    inbox.submit([draft(payload=payload | {"visitor": key[at % 3]}) for at in range(n)])
    with django_assert_max_num_queries(100) as queries:
        assert pipeline.run_batch() == n
    return len(queries)


def test_number_of_queries_is_the_same_for_any_batch(django_assert_max_num_queries):
    count_queries(1, django_assert_max_num_queries)  # the very first also makes the mark
    small = count_queries(3, django_assert_max_num_queries)
    assert count_queries(300, django_assert_max_num_queries) == small


class Killed(BaseException):
    """Like a process that dies: no handler of ours may catch it."""


def bury():
    """The leases of who was killed run out."""
    Taking.objects.update(lease_until=AT)
    HeldDraft.objects.filter(dead_at=None).update(lease_until=None)


def die(*_, **__):
    raise Killed


STAGES = [
    *((steps, step.__name__) for step in steps.STEPS),
    (pipeline, "record"),
    (pipeline, "_store"),
    pytest.param(takings, "forget", marks=in_a_file, id="forget"),
    (takings, "finish"),
    (batches, "insert"),
    (batches, "insert_returning"),
    (batches, "add"),
]


@pytest.mark.parametrize(("module", "name"), STAGES, ids=lambda value: getattr(value, "__name__", value))
def test_death_between_stages_loses_and_doubles_nothing(monkeypatch, module, name):
    known = UUID(int=77)
    inbox.submit([draft(known)])
    pipeline.run_batch()
    inbox.submit([draft(), draft(kind="odd"), draft(known), draft(payload={"visitor": str(uuid4())})])
    assert (accounts.balance().total, accounts.balance().inbox) == (5, 4)
    with monkeypatch.context() as patch:
        patch.setattr(module, name, die)
        patch.setattr(pipeline, "STEPS", tuple(getattr(steps, step.__name__) for step in steps.STEPS))
        with pytest.raises(Killed):
            pipeline.run_batch()
    assert accounts.balance().total == 5
    bury()
    while pipeline.run_batch():
        pass
    assert accounts.balance() == accounts.Balance(stored=3, dropped=2, inbox=0, spool=0, taken=5, keys=3)
    assert Pending.objects.count() == 3


@in_a_file
def test_death_after_the_commit_deletes_the_drafts_on_the_next_run(monkeypatch):
    inbox.submit([draft(), draft()])
    with monkeypatch.context() as patch:
        patch.setattr(takings, "forget", die)
        with pytest.raises(Killed):
            pipeline.run_batch()
    assert (Event.objects.count(), Draft.objects.count(), accounts.balance().inbox) == (2, 2, 0)
    inbox.submit([draft()])
    assert pipeline.run_batch() == 1
    assert (Event.objects.count(), Draft.objects.count(), DropCount.objects.count()) == (3, 0, 0)


@in_a_file
def test_new_inbox_file_counts_on_after_the_mark():
    DraftMark.objects.create(pk=1, high_id=500)
    inbox._number_after_the_mark()
    inbox.submit([draft()])
    assert Draft.objects.get().pk == 501
    assert pipeline.run_batch() == 1


operations = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.lists(st.integers(0, 6), min_size=1, max_size=5)),
        st.tuples(st.just("spool"), st.lists(st.integers(0, 6), min_size=1, max_size=5)),
        st.tuples(st.just("run"), st.integers(1, 4)),
        st.tuples(st.just("replay"), st.none()),
        st.tuples(
            st.just("die"),
            st.sampled_from(["pipeline._store", "pipeline.record", "takings.finish", "takings.forget", "held.finish"]),
        ),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=operations)
def test_whatever_happens_each_acknowledged_draft_is_somewhere_exactly_once(plan):
    with transaction.atomic(), transaction.atomic(inbox.alias()):
        start(plan)
        transaction.set_rollback(True)
        transaction.set_rollback(True, inbox.alias())


def start(plan):
    for path in spool.folder(spool.EVENTS).glob("*"):
        path.unlink()
    sent = Counter()
    for word, detail in plan:
        step(word, detail, sent)
        assert accounts.balance().total == sent.total()
    while pipeline.run_batch() or spool.replay():
        pass
    assert set(Event.objects.values_list("uuid", flat=True)) == {UUID(int=n) for n in sent}
    assert EventKey.objects.count() == Event.objects.count() == Pending.objects.count() == len(sent)
    assert accounts.balance().holds


def step(word, detail, sent):
    if word in ("send", "spool"):
        drafts = [draft(UUID(int=n), occurred_at=AT + timedelta(n)) for n in detail]
        inbox.submit(drafts) if word == "send" else spool.keep(map(rows.of_draft, drafts))
        sent.update(detail)
    elif word == "run":
        pipeline.run_batch(detail)
    elif word == "replay":
        spool.replay()
    else:
        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Killed):
            patch.setattr(f"tracking.{detail}", die)
            pipeline.run_batch()
        bury()
