"""Covers in the sizes that the site shows, made before a reader waits for them."""

from pathlib import Path

import pytest
from django.core.cache import cache

from cms import pictures
from cms.models import LibraryRendition
from cms.models.pages import Audience

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache():
    """Wagtail caches sizes by the image's id, and every test's ids begin at the same number."""
    cache.clear()


def test_missing_sizes_are_made_one_by_one_until_none_is_left(make_piece, make_cover):
    covers = [make_cover(f"cover-{n}") for n in range(2)]
    for cover in covers:
        make_piece(cover.title, cover=cover)
    make_piece("Bare")
    make_piece("Internal", cover=make_cover("internal"), audience=Audience.SALES_ONLY)
    assert [pictures.prepare_missing() for _ in range(18)] == [1] * 16 + [0, 0]
    assert set(LibraryRendition.objects.values_list("image", flat=True)) == {cover.pk for cover in covers}
    assert LibraryRendition.objects.count() == 2 * 8


def test_sizes_of_cards_are_made_first(make_piece, make_cover):
    make_piece("A", cover=make_cover("a"))
    for _ in range(4):
        pictures.prepare_missing()
    assert set(LibraryRendition.objects.values_list("filter_spec", flat=True)) == set(pictures.specs(pictures.CARD))


def test_prepare_makes_the_sizes_asked_for(make_cover):
    cover = make_cover()
    assert pictures.prepare(cover, pictures.CARD) == 4
    assert pictures.prepare(cover) == 8


def test_broken_picture_is_passed_over(make_piece, make_cover, caplog):
    fine, gone = make_cover("fine"), make_cover("gone")
    make_piece("Fine", cover=fine)
    make_piece("Gone", cover=gone)
    Path(gone.file.path).unlink()
    assert [pictures.prepare_missing() for _ in range(10)] == [1] * 8 + [0, 0]
    assert "cannot be drawn" in caplog.text


def test_page_with_a_broken_picture_still_opens(client, make_piece, make_cover):
    gone = make_cover("gone")
    make_piece("Gone", cover=gone)
    Path(gone.file.path).unlink()
    assert client.get("/gone/").status_code == 200
    assert client.get("/").status_code == 200
