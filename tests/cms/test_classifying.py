"""Classifying in bulk writes versions: nobody's draft goes live by it, and nobody's draft is lost."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail import hooks
from wagtail.models import GroupPagePermission, Page, Workflow

from cms import classifying, clock, jobs
from cms.classifying import SkippedError, Tags, classify
from cms.models import AssetPage, Job, Objection

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def objection(db):
    return Objection.objects.create(slug="price", name="Too expensive")


@pytest.fixture
def tags(stages, personas, topics, objection):
    return Tags(stage=stages[1].pk, personas=[personas[0].pk], topics=[topics[0].pk], objections=[objection.pk])


def live(piece):
    return AssetPage.objects.get(pk=piece.pk)


def shown(piece):
    """Stage, personas, topics, objections."""
    lists = (sorted(one.name for one in getattr(piece, name).all()) for name in ("personas", "topics", "objections"))
    return (str(piece.primary_stage), *lists)


DONE = ("two", ["it"], ["Cost"], ["Too expensive"])


def test_live_piece_gets_the_tags_as_a_new_version_and_keeps_its_own(make_piece, admin, tags, topics):
    piece = make_piece("A", topics=[topics[1]])
    assert classify(piece.pk, tags, admin) == "live"
    assert shown(live(piece)) == ("two", ["it"], ["Audit", "Cost"], ["Too expensive"])
    assert live(piece).latest_revision.user == admin
    assert classify(piece.pk, tags, admin) == "unchanged"
    assert live(piece).revisions.count() == 1


def test_draft_of_a_live_piece_is_not_published_and_not_lost(make_piece, admin, editor, tags):
    piece = make_piece("A")
    piece.title = "Half-written"
    piece.save_revision(user=editor)
    assert classify(piece.pk, tags, admin) == "over_changes"
    now = live(piece)
    assert (now.title, now.primary_stage, now.has_unpublished_changes) == ("A", None, True)
    draft = now.get_latest_revision_as_object()
    assert (draft.title, *shown(draft)) == ("Half-written", *DONE)


def test_piece_that_never_was_live_stays_a_draft(make_piece, admin, tags):
    piece = make_piece("A", live=False)
    assert classify(piece.pk, tags, admin) == "draft"
    assert live(piece).live is False
    assert shown(live(piece).get_latest_revision_as_object()) == DONE


def test_who_may_not_publish_leaves_a_draft_and_who_may_not_edit_nothing(make_piece, make_user, tags):
    piece, other = make_piece("A"), make_user("other")
    with pytest.raises(SkippedError, match="may not edit"):
        classify(piece.pk, tags, other)
    group = other.groups.create(name="Change only")
    change = Permission.objects.get(content_type__app_label="wagtailcore", codename="change_page")
    GroupPagePermission.objects.create(group=group, page=Page.objects.get(depth=1), permission=change)
    other = type(other).objects.get(pk=other.pk)
    assert classify(piece.pk, tags, other) == "not_allowed"
    assert live(piece).primary_stage is None


def test_locked_scheduled_and_reviewed_pieces_are_left_alone(make_piece, admin, editor, tags):
    locked, scheduled, reviewed = make_piece("L"), make_piece("S", live=False), make_piece("R")
    AssetPage.objects.filter(pk=locked.pk).update(locked=True, locked_by=editor, locked_at=clock.now())
    scheduled.go_live_at = clock.now() + timedelta(days=1)
    scheduled.save_revision().publish()
    reviewed.save_revision()
    Workflow.objects.exclude(name="Sales signs").first().start(reviewed, editor)
    for piece, why in ((locked, "locked"), (scheduled, "locked"), (reviewed, "in review")):
        with pytest.raises(SkippedError, match=why):
            classify(piece.pk, tags, admin)
    with pytest.raises(SkippedError, match="gone"):
        classify(0, tags, admin)


def test_job_does_each_once_in_slices_and_tells_what_it_skipped(make_piece, admin, tags, monkeypatch):
    monkeypatch.setattr(classifying, "SLICE_PIECES", 2)
    pieces = [make_piece(f"P{n}") for n in range(3)]
    AssetPage.objects.filter(pk=pieces[1].pk).update(locked=True)
    row = classifying.start([piece.pk for piece in pieces], tags, admin)
    jobs.run_slice()
    row.refresh_from_db()
    assert (row.done, row.total, row.state) == (2, 3, Job.State.RUNNING)
    jobs.run_slice()
    row.refresh_from_db()
    assert (row.done, row.state) == (3, Job.State.DONE)
    assert row.report["summary"] == {"live with their new tags": 2, "skipped": 1}
    assert [(line["file"], line["why"]) for line in row.report["rows"]] == [
        ("P1", "It is locked, or scheduled to be published")
    ]
    assert [live(piece).revisions.count() for piece in pieces] == [1, 0, 1]


def test_screen_takes_the_ticked_pieces_and_asks_for_something_to_set(client, marketer, make_piece, stages):
    pieces = [make_piece(f"P{n}") for n in range(2)]
    client.force_login(marketer)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "classify"])
    address += "?" + "&".join(f"id={piece.pk}" for piece in pieces)
    assert "2 pieces get what you choose" in client.get(address).content.decode()
    assert "Nothing was chosen" in client.post(address, {}).content.decode()
    answer = client.post(address, {"stage": stages[2].pk})
    job = Job.objects.get()
    assert answer["Location"] == reverse("jobs:detail", args=[job.pk])
    assert (job.params["ids"], job.params["tags"]["stage"]) == ([piece.pk for piece in pieces], stages[2].pk)


def test_all_means_all_of_the_list_as_it_is_filtered(client, marketer, make_piece):
    make_piece("Article")
    film = make_piece("Film", format="video")
    client.force_login(marketer)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "classify"])
    answer = client.get(address, {"id": "all", "next": reverse("assets:index") + "?format=video"})
    assert [item["item"].pk for item in answer.context["items"]] == [film.pk]


def test_salesperson_cannot_classify(client, owner, make_piece, stages):
    piece = make_piece("P")
    client.force_login(owner)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "classify"])
    client.post(f"{address}?id={piece.pk}", {"stage": stages[2].pk})
    for row in Job.objects.all():
        assert row.params["ids"] == []
    assert live(piece).primary_stage is None


@pytest.mark.parametrize("hook", ["after_edit_page", "after_create_page", "after_edit_snippet", "after_create_snippet"])
def test_nothing_of_ours_hangs_on_edit_hooks_which_run_on_every_autosave(hook):
    ours = [fn.__module__ for fn in hooks.get_hooks(hook) if fn.__module__.split(".")[0] != "wagtail"]
    assert ours == []
