"""The plan: moving, drafting, dropping, and an entry that follows its page."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from wagtail.log_actions import registry as log_registry
from wagtail.models import Page

from cms import clock
from cms.models import AssetPage
from editorial import schedule
from editorial.models import Entry

pytestmark = pytest.mark.db

Step = Entry.Step


def history(entry):
    return list(log_registry.get_logs_for_instance(entry).order_by("timestamp", "pk"))


def actions(entry):
    return [line.action for line in history(entry)]


def test_moving_an_entry_writes_day_version_and_history(make_entry, editor):
    entry = make_entry(due_on=date(2026, 11, 3))
    moved = schedule.move(entry, user=editor, version=1, due_on=date(2026, 11, 10))
    assert (moved.due_on, moved.version) == (date(2026, 11, 10), 2)
    line = history(entry)[-1]
    assert (line.action, line.user) == ("editorial.move", editor)
    assert line.data == {"due_on": {"old": "2026-11-03", "new": "2026-11-10"}}
    assert line.message == "Moved from 3 November 2026 to 10 November 2026"


def test_a_move_can_take_the_day_away_and_set_the_step(make_entry, editor):
    entry = make_entry(due_on=date(2026, 11, 3))
    schedule.move(entry, user=editor, version=1, due_on=None, step=Step.BRIEF)
    entry.refresh_from_db()
    assert (entry.due_on, entry.step, entry.version) == (None, Step.BRIEF, 2)


def test_moving_to_where_it_is_changes_nothing(make_entry, editor):
    entry = make_entry(due_on=date(2026, 11, 3))
    assert schedule.move(entry, user=editor, version=1, due_on=date(2026, 11, 3)).version == 1
    assert actions(entry) == ["editorial.plan"]


def test_the_second_of_two_people_moving_one_entry_is_told_who_was_first(make_entry, editor, marketer):
    entry = make_entry(due_on=date(2026, 11, 3))
    schedule.move(entry, user=editor, version=1, due_on=date(2026, 11, 5))
    with pytest.raises(schedule.Stale) as refusal:
        schedule.move(entry, user=marketer, version=1, due_on=date(2026, 11, 20))
    entry.refresh_from_db()
    assert (entry.due_on, entry.version) == (date(2026, 11, 5), 2)
    assert (refusal.value.by, refusal.value.entry.version) == ("editor", 2)


def test_published_cannot_be_set_by_hand(make_entry, editor):
    entry = make_entry()
    with pytest.raises(schedule.Refused, match="not set by hand"):
        schedule.move(entry, user=editor, version=1, step=Step.PUBLISHED)


def test_a_draft_is_tagged_as_the_entry_says(make_entry, editor, stage, persona, topic):
    said = {"format": "white_paper", "shelf_life": "timely", "review_on": date(2031, 3, 9)}
    entry = make_entry(stage=stage, personas=[persona], topics=[topic], **said)
    page = schedule.start_draft(entry, editor)
    page = AssetPage.objects.get(pk=page.pk)
    assert (page.title, page.live, page.primary_stage) == (entry.title, False, stage)
    assert (page.format, page.shelf_life, page.owner) == ("white_paper", "timely", editor)
    assert page.review_by == entry.review_on
    assert (list(page.personas.all()), list(page.topics.all())) == ([persona], [topic])
    assert (entry.page, entry.step, page.entry) == (page, Step.DRAFTING, entry)
    draft = page.get_latest_revision_as_object()
    assert (list(draft.personas.all()), list(draft.topics.all())) == ([persona], [topic])


def test_starting_the_draft_twice_makes_one_page(make_entry, editor, marketer):
    entry = make_entry()
    stale_copy = Entry.objects.get(pk=entry.pk)
    first = schedule.start_draft(entry, editor)
    assert schedule.start_draft(stale_copy, marketer) == first
    assert AssetPage.objects.filter(title=entry.title).count() == 1
    assert actions(entry) == ["editorial.plan", "editorial.start_draft"]


def test_who_may_not_add_pages_starts_no_draft(make_entry, owner):
    entry = make_entry()
    with pytest.raises(PermissionDenied):
        schedule.start_draft(entry, owner)
    assert AssetPage.objects.count() == 0


def test_a_dropped_entry_is_not_drafted(make_entry, editor):
    entry = make_entry()
    schedule.drop(entry, user=editor, version=1, reason="The regulation was withdrawn")
    assert history(entry)[-1].message == "Dropped: The regulation was withdrawn"
    with pytest.raises(schedule.Refused, match="dropped"):
        schedule.start_draft(entry, editor)


def test_publishing_the_page_fulfils_the_entry(make_entry, marketer):
    entry = make_entry()
    page = schedule.start_draft(entry, marketer)
    page.get_latest_revision().publish(user=marketer)
    entry.refresh_from_db()
    assert (entry.step, actions(entry)[-1]) == (Step.PUBLISHED, "editorial.fulfil")


def test_an_approved_page_waits_and_publish_scheduled_fulfils_the_entry(make_entry, marketer):
    entry = make_entry()
    page = schedule.start_draft(entry, marketer)
    page.go_live_at = clock.now() + timedelta(hours=1)
    page.save_revision(user=marketer).publish(user=marketer)
    entry.refresh_from_db()
    assert entry.step == Step.SCHEDULED
    page.revisions.exclude(approved_go_live_at=None).update(approved_go_live_at=clock.now() - timedelta(minutes=1))
    revision = page.revisions.exclude(approved_go_live_at=None).get()
    revision.content["go_live_at"] = (clock.now() - timedelta(minutes=1)).isoformat()
    revision.save(update_fields=["content"])
    call_command("publish_scheduled")
    entry.refresh_from_db()
    assert (AssetPage.objects.get(pk=page.pk).live, entry.step) == (True, Step.PUBLISHED)


def test_an_unscheduled_page_puts_its_entry_back_to_review(make_entry, marketer):
    entry = make_entry()
    page = schedule.start_draft(entry, marketer)
    page.go_live_at = clock.now() + timedelta(hours=1)
    page.save_revision(user=marketer).publish(user=marketer)
    revision = page.revisions.exclude(approved_go_live_at=None).get()
    revision.approved_go_live_at = None
    revision.save(update_fields=["approved_go_live_at"])
    entry.refresh_from_db()
    assert (entry.step, actions(entry)[-1]) == (Step.REVIEW, "editorial.unschedule")


def test_unpublishing_the_page_puts_the_entry_back_to_review_with_a_line(make_entry, marketer):
    entry = make_entry()
    page = schedule.start_draft(entry, marketer)
    page.get_latest_revision().publish(user=marketer)
    AssetPage.objects.get(pk=page.pk).unpublish(user=marketer)
    entry.refresh_from_db()
    assert (entry.step, history(entry)[-1].message) == (Step.REVIEW, "Back to review: the page was unpublished")


@pytest.mark.parametrize("live", [False, True])
def test_deleting_the_page_keeps_the_entry_and_its_title(make_entry, marketer, live):
    entry = make_entry()
    page = schedule.start_draft(entry, marketer)
    if live:
        page.get_latest_revision().publish(user=marketer)
    Page.objects.get(pk=page.pk).delete()
    entry.refresh_from_db()
    assert (entry.title, entry.page, entry.step) == ("Alarms that wake the right person", None, Step.ASSIGNED)
    assert actions(entry)[-1] == "editorial.lose_page"


def test_an_older_revision_of_the_page_leaves_the_plan_alone(make_entry, marketer):
    entry = make_entry(due_on=date(2026, 11, 3))
    page = schedule.start_draft(entry, marketer)
    old = page.get_latest_revision()
    entry = schedule.move(entry, user=marketer, version=entry.version, due_on=date(2026, 12, 1))
    page.save_revision(user=marketer)
    old.publish(user=marketer)
    entry.refresh_from_db()
    assert (entry.due_on, entry.step, entry.page_id) == (date(2026, 12, 1), Step.PUBLISHED, page.pk)


def test_copying_the_page_does_not_copy_the_plan(make_entry, marketer):
    entry = make_entry()
    page = schedule.start_draft(entry, marketer)
    copy = page.copy(update_attrs={"slug": "a-copy", "title": "A copy"}, user=marketer)
    copy.get_latest_revision().publish(user=marketer)
    entry.refresh_from_db()
    assert (Entry.objects.count(), entry.page_id, entry.step) == (1, page.pk, Step.DRAFTING)
    assert not hasattr(AssetPage.objects.get(pk=copy.pk), "entry")


def test_revising_an_entry_records_what_changed(make_entry, editor, stage, persona):
    entry = make_entry()
    schedule.revise(
        entry, user=editor, version=1, values={"title": "Who wakes whom", "stage": stage, "personas": [persona]}
    )
    entry.refresh_from_db()
    assert (entry.title, entry.stage, list(entry.personas.all()), entry.version) == (
        "Who wakes whom", stage, [persona], 2,
    )  # fmt: skip
    assert history(entry)[-1].data["stage"] == {"old": None, "new": "Interest"}
    assert history(entry)[-1].message == "Changed: title, stage, personas"


def test_the_next_version_of_a_live_piece_goes_to_review_without_taking_it_offline(make_entry, marketer):
    entry = make_entry()
    page = schedule.start_draft(entry, marketer)
    page.get_latest_revision().publish(user=marketer)
    newer = type(page).objects.get(pk=page.pk)
    newer.title = "Better"
    newer.save_revision(user=marketer)
    assert (schedule.submit(newer), schedule.reject(newer)) == (None, None)
    entry.refresh_from_db()
    newer.refresh_from_db()
    assert (entry.step, newer.live, newer.has_unpublished_changes) == ("published", True, True)
