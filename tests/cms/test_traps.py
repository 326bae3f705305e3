"""Wagtail's traps that the library must not step into: each fails when somebody puts a thing back where it bites.

Others stand with what they are about: document_served (gates/test_files.py), ETags of imported files (importers/
test_fetching.py), edit hooks on autosave and locked or scheduled pieces (test_classifying.py), sales' verdicts
(test_placements.py), drafts that name a merged topic (test_topics.py).
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from wagtail.models import PageLogEntry, Revision
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from cms import clock, placements, reuse, scorecards
from cms.feedback import ratings, sales
from cms.feedback.models import Comment, Rating
from cms.models import AssetPage, PieceNote, Scorecard, StageStatement, StaleScorecard
from nurture.mail.models import Delivery

pytestmark = [pytest.mark.django_db, pytest.mark.db]
ON_THE_PAGE = {
    "score",
    "rating",
    "ratings",
    "readers",
    "views",
    "downloads",
    "useful",
    "relevance",
    "agreed",
    "planned",
}


@pytest.fixture
def piece(make_piece, stages, topics, personas):
    return make_piece("A piece", primary_stage=stages[0], topics=topics[:2], personas=personas[:1])


@pytest.fixture
def say(piece, owner, editor):
    """say() -> the piece has something of everything that people say about one."""

    def everything():
        Rating.objects.create(asset=piece, reader_key="r", value=1, rated_at=clock.now())
        Comment.objects.create(
            asset=piece,
            name="Ines",
            email="i@x.example",
            text="So it was.",
            state="published",
            key=uuid4(),
            posted_at=clock.now(),
        )
        sales.say(piece, owner, 1, ["accurate"], "Helped.")
        placements.agree([(piece.pk, piece.primary_stage_id)], owner)
        reuse.write(piece, editor, "Cut it into three.")
        scorecards.refresh(hurry=True)
        Scorecard.objects.create(asset=piece, days=90, readers=7, counted_at=clock.now())

    return everything


def said(piece):
    return {
        "ratings": ratings.counts([piece.pk]).get(piece.pk),
        "comments": Comment.objects.filter(asset=piece).count(),
        "sales": sales.counts([piece.pk]).get(piece.pk),
        "agreed": StageStatement.objects.filter(asset=piece).count(),
        "notes": PieceNote.objects.filter(asset=piece).count(),
        "readers": list(Scorecard.objects.filter(asset=piece).values_list("readers", flat=True)),
    }


def test_an_older_version_that_goes_live_overwrites_nothing_that_was_said_since(piece, say, editor):
    older = piece.save_revision(user=editor)
    say()
    before = said(piece)
    assert 0 not in map(bool, before.values())
    older.publish(user=editor, skip_permission_checks=True)
    piece.get_latest_revision_as_object().save()
    assert said(piece) == before


def test_no_plan_score_or_count_lives_on_the_page():
    assert ON_THE_PAGE.isdisjoint(field.name for field in AssetPage._meta.concrete_fields)


def test_a_copied_piece_has_its_tags_and_nothing_that_was_said_of_the_first(piece, say, editor):
    say()
    copy = piece.copy(update_attrs={"title": "Another", "slug": "another"}, user=editor)
    assert [topic.slug for topic in copy.topics.order_by("slug")] == [
        topic.slug for topic in piece.topics.order_by("slug")
    ]
    assert list(copy.personas.all()) == list(piece.personas.all())
    assert {name for name, what in said(copy).items() if what} == set()


def test_an_autosave_tells_nobody_marks_nothing_and_publishes_nothing(client, marketer, piece, mailoutbox):
    client.force_login(marketer)
    StaleScorecard.objects.all().delete()
    before = PageLogEntry.objects.exclude(action="wagtail.edit").count()
    form = nested_form_data(
        {
            "title": "Changed",
            "slug": piece.slug,
            "body": streamfield([("text", rich_text("<p>Typed</p>"))]),
            "files": inline_formset([]),
            "primary_stage": piece.primary_stage_id,
            "format": "article",
            "medium": "text",
            "shelf_life": "evergreen",
            "audience": "public",
            "topics": "Cost",
            "objections": "",
            "comments": inline_formset([]),
        }
    )
    for _ in range(3):
        answer = client.post(
            reverse("wagtailadmin_pages:edit", args=[piece.pk]), form, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 200, answer.content[:300]
    assert Revision.objects.for_instance(piece).latest("pk").content["title"] == "Changed"
    assert AssetPage.objects.get(pk=piece.pk).title == "A piece"
    assert (mailoutbox, Delivery.objects.count(), StaleScorecard.objects.count()) == ([], 0, 0)
    assert PageLogEntry.objects.exclude(action="wagtail.edit").count() == before


def test_an_approved_piece_with_a_day_to_come_waits_for_it(piece, editor):
    """The end of a workflow publishes at once, unless the piece says when."""
    piece.live = False
    piece.save()
    piece.go_live_at = clock.now() + timedelta(days=3)
    piece.save_revision(user=editor).publish(user=editor, skip_permission_checks=True)
    piece.refresh_from_db()
    assert (piece.live, piece.status_string) == (False, "scheduled")
