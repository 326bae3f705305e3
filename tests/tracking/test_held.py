"""Drafts that their worker fails or dies over: held, tried alone, given up in the end, and never lost."""

import pytest

from cms import claims, clock
from tests.conftest import ON_SQLITE
from tests.tracking.test_pipeline import draft
from tracking import accounts, held, inbox, pipeline, takings
from tracking.models import HeldDraft, Taking

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]


@pytest.fixture(autouse=True)
def own_spool(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def test_draft_that_cannot_be_taken_over_is_given_up_after_three_attempts_and_taken_when_mended(monkeypatch, later):
    def refuse(batch):
        raise RuntimeError("no words")

    inbox.submit([draft()])
    with monkeypatch.context() as patch:
        patch.setattr(pipeline, "STEPS", (refuse,))
        for _ in range(5):
            pipeline.run_batch()
            later(minutes=1)
    one = HeldDraft.objects.get()
    assert (one.attempts, one.error, one.dead_at is None) == (3, "RuntimeError: no words", False)
    assert (accounts.balance().inbox, accounts.balance().holds) == (1, True)
    claims.revive(HeldDraft.objects.all())
    assert pipeline.run_batch() == 1
    assert accounts.balance() == accounts.Balance(stored=1, dropped=0, inbox=0, spool=0, taken=1, keys=1)


def test_drafts_of_a_dead_worker_are_tried_one_by_one(later):
    good, poison = [draft() for _ in range(3)], draft()
    inbox.submit([*good, poison])
    takings.begin(10)
    assert pipeline.run_batch() == 0  # somebody works on them, as far as anybody can know
    later(seconds=61)
    assert takings.recover() == 4
    assert [(len(rows), rows[0].attempts) for rows in (held.claim(10), held.claim(10))] == [(1, 2), (1, 2)]
    assert accounts.balance().total == 4


@pytest.mark.skipif(ON_SQLITE, reason="one worker at a time takes drafts there")
def test_dead_worker_s_drafts_do_not_surround_a_living_one_s(later):
    inbox.submit([draft() for _ in range(6)])
    ids = [one.pk for one in inbox.waiting()]
    (first, _), (second, _) = takings.begin(2), takings.begin(2)
    takings.give_back(first)
    third, drafts = takings.begin(10)
    assert [one.pk for one in drafts] == ids[:2]
    assert (third.first_id, third.last_id) == (ids[0], ids[1])
    Taking.objects.filter(pk=third.pk).update(lease_until=clock.now() - takings.LEASE)
    assert takings.recover() == 2
    assert [one.pk for one in inbox.waiting()] == ids[2:]
    assert [one.pk for one in takings.begin(10)[1]] == ids[4:]
    assert Taking.objects.filter(pk=second.pk).exists()


def test_who_was_too_slow_stores_nothing(later, monkeypatch):
    inbox.submit([draft(), draft()])
    taken = takings.begin(10)
    later(seconds=61)
    takings.recover()
    monkeypatch.setattr(takings, "begin", lambda limit: taken)
    assert pipeline._take_inbox(10) == 0
    assert accounts.balance() == accounts.Balance(stored=0, dropped=0, inbox=2, spool=0, taken=0, keys=0)
    pipeline._take_held(10)
    pipeline._take_held(10)
    assert accounts.balance() == accounts.Balance(stored=2, dropped=0, inbox=0, spool=0, taken=2, keys=2)


def test_what_nobody_looked_at_for_a_month_is_dropped_and_counted(later):
    inbox.submit([draft(), draft()])
    takings.begin(10)
    later(seconds=61)
    takings.recover()
    HeldDraft.objects.update(dead_at=clock.now())
    later(days=29)
    assert pipeline.give_up() == 0
    later(days=2)
    assert (pipeline.give_up(), HeldDraft.objects.count(), accounts.balance().dropped) == (2, 0, 2)
