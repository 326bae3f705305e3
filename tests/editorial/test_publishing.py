"""The worker publishes what waits for its time, one process at a time."""

from datetime import timedelta

import pytest

from cms import clock, worker
from cms.models import AssetPage, Heartbeat
from editorial import publishing, schedule
from editorial.models import Entry

pytestmark = pytest.mark.db


@pytest.fixture
def waiting(make_entry, marketer):
    """A page approved for a minute ago, as if its time had come while it waited."""
    page = schedule.start_draft(make_entry("Winter hours"), marketer)
    page.go_live_at = clock.now() + timedelta(hours=1)
    revision = page.save_revision(user=marketer)
    revision.publish(user=marketer)
    revision.refresh_from_db()
    past = clock.now() - timedelta(minutes=1)
    revision.content["go_live_at"] = past.isoformat()
    revision.approved_go_live_at = past
    revision.save(update_fields=["content", "approved_go_live_at"])
    return page


def test_the_loop_publishes_what_is_due_and_the_entry_follows(waiting):
    assert [loop.run for loop in worker.loops() if loop.name == "publish scheduled pages"] == [publishing.publish_due]
    assert publishing.publish_due() == 1
    assert AssetPage.objects.get(pk=waiting.pk).live is True
    assert Entry.objects.get().step == "published"
    assert (publishing.publish_due(), Heartbeat.objects.count()) == (0, 0)


def test_an_expired_page_goes_offline_and_its_entry_back_to_review(waiting):
    publishing.publish_due()
    AssetPage.objects.filter(pk=waiting.pk).update(expire_at=clock.now() - timedelta(minutes=1))
    assert publishing.publish_due() == 1
    assert (AssetPage.objects.get(pk=waiting.pk).live, Entry.objects.get().step) == (False, "review")


def test_while_one_process_publishes_another_leaves_it_alone(waiting):
    Heartbeat.objects.create(name=publishing.CLAIM, seen_at=clock.now(), detail={"by": "another:1"})
    assert publishing.publish_due() == 0
    assert AssetPage.objects.get(pk=waiting.pk).live is False


def test_the_claim_of_a_dead_process_is_taken_over(waiting):
    long_ago = clock.now() - publishing.CLAIM_LASTS - timedelta(seconds=1)
    Heartbeat.objects.create(name=publishing.CLAIM, seen_at=long_ago, detail={"by": "another:1"})
    assert publishing.publish_due() == 1
    assert AssetPage.objects.get(pk=waiting.pk).live is True


def test_a_late_page_is_a_finding_with_a_hint(waiting, monkeypatch):
    assert publishing.ask_late().ok is True
    later = clock.now() + timedelta(minutes=20)
    monkeypatch.setattr(clock, "now", lambda: later)
    finding = publishing.ask_late()
    assert (finding.ok, "“Winter hours” should have been live" in finding.message) == (False, True)
