"""What the ledger says of itself."""

import os
from datetime import timedelta
from uuid import uuid4

import pytest

from cms import clock
from tracking import accounts, health, inbox, networks, pipeline, rows, spool
from tracking.models import Draft, DropCount, Event, Pending

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]


@pytest.fixture(autouse=True)
def own_spool(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def draft(age=timedelta()):
    at = clock.now() - age
    return Draft(uuid=uuid4(), kind="page_viewed", source="script", occurred_at=at, received_at=at)


def answers():
    return {check.name: check.ask().ok for check in health.CHECKS}


def test_empty_ledger_is_well():
    names = ("inbox", "held", "months", "spool", "links", "ledger sum", "reactions", "robots", "countries")
    assert answers() == dict.fromkeys(names, True)
    assert accounts.balance().total == 0


def test_health_says_that_there_is_no_list_of_datacentres(settings, tmp_path):
    networks.forget()
    assert "No list of datacentre networks" in health.robots_are_told().message
    settings.DATACENTRES_FILE = tmp_path / "clouds.txt"
    settings.DATACENTRES_FILE.write_text("198.51.100.0/24  # a cloud\n\n2001:db8::/32\n")
    networks.forget()
    assert health.robots_are_told().message == "2 datacentre networks are known."
    networks.forget()


def test_inbox_that_nobody_empties_is_told():
    inbox.submit([draft()])
    assert answers()["inbox"]
    inbox.submit([draft(timedelta(hours=1))])
    assert answers()["inbox"]  # the oldest by arrival is young
    Draft.objects.all().delete()
    inbox.submit([draft(timedelta(hours=1))])
    finding = health.inbox_moves()
    assert (finding.ok, "1 events wait" in finding.message, "worker" in finding.hint) == (False, True, True)


def test_spool_that_stays_or_cannot_be_read_is_told():
    spool.keep([rows.of_draft(draft())])
    assert answers()["spool"]
    path = next(spool.folder(spool.EVENTS).glob("*.json"))
    os.utime(path, (0, 0))
    assert not answers()["spool"]
    path.write_text("[")
    spool.replay()
    assert path.stem in health.spool_is_empty().message


def test_event_that_vanished_breaks_the_sum():
    inbox.submit([draft(), draft()])
    pipeline.run_batch()
    assert answers()["ledger sum"]
    Event.objects.first().delete()
    finding = health.sum_holds()
    assert (finding.ok, finding.message) == (
        False,
        "2 taken over, but 1 stored (2 keys) and 0 dropped.",
    )


def test_dead_work_is_told():
    Pending.objects.create(consumer="nurture", event_uuid=uuid4(), dead_at=clock.now(), error="KeyError: x")
    finding = health.consumers_react()
    assert (finding.ok, "KeyError: x" in finding.message) == (False, True)


def test_links_that_could_not_be_kept_are_told_for_a_day():
    assert health.links_are_kept().ok
    at = clock.now()
    DropCount.objects.create(reason="not_kept", hour=at, count=7)
    finding = health.links_are_kept()
    assert (finding.ok, "7 links" in finding.message, "disk" in finding.hint) == (False, True, True)
    DropCount.objects.update(hour=at - timedelta(days=2))
    assert answers()["links"]
