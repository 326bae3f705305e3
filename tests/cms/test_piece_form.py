"""What the editor of a piece asks before it is published, and leaves open while a draft is typed."""

from datetime import date

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from cms.models import AssetPage

pytestmark = [pytest.mark.django_db, pytest.mark.db]
REFUSED = "Choose the day on which this timely piece is looked at again"


@pytest.fixture
def save(client, marketer, make_piece):
    """save(**fields) -> the answer to the editor's form, and the piece."""
    piece = make_piece("A piece")
    client.force_login(marketer)

    def go(**fields):
        blank = {
            "title": "A piece", "slug": piece.slug, "format": "article", "medium": "text", "shelf_life": "timely",
            "audience": "public", "topics": "", "objections": "", "body": streamfield([]),
            "files": inline_formset([]), "comments": inline_formset([]),
        }  # fmt: skip
        answer = client.post(reverse("wagtailadmin_pages:edit", args=[piece.pk]), nested_form_data(blank | fields))
        return answer, AssetPage.objects.get(pk=piece.pk)

    return go


def test_timely_piece_is_not_published_without_the_day_it_is_looked_at_again(save):
    answer, piece = save(**{"action-publish": "1"})
    assert (answer.status_code, REFUSED in answer.content.decode()) == (200, True)
    assert piece.shelf_life == "evergreen"
    answer, piece = save(review_by="2031-03-09", **{"action-publish": "1"})
    assert (answer.status_code, piece.shelf_life, piece.review_by) == (302, "timely", date(2031, 3, 9))


def test_its_draft_may_leave_the_day_open_and_an_evergreen_one_needs_none(save):
    answer, piece = save()
    assert (answer.status_code, piece.get_latest_revision().content["shelf_life"]) == (302, "timely")
    answer, piece = save(shelf_life="evergreen", title="Still a piece", **{"action-publish": "1"})
    assert (answer.status_code, piece.title) == (302, "Still a piece")
