"""Covers in the sizes that the site shows, made before a reader waits for them."""

from pathlib import Path

import pytest
from django.core.cache import cache
from wagtail.models import ReferenceIndex

from cms import pictures
from cms.models import Author, LibraryRendition
from cms.models.pages import Audience
from tests.cms.conftest import played

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


def test_pictures_in_the_text_and_faces_are_made_before_a_reader_waits_for_them(
    client, make_piece, make_cover, make_document
):
    shown, face, written, poster = (make_cover(name) for name in ("shown", "face", "written", "poster"))
    ines = Author.objects.create(slug="ines", name="Ines", bio="She knows.", portrait=face)
    make_cover("of nothing")
    said = {"text": "We counted.", "profile": None, "name": "Bo", "role": "", "portrait": written.pk}
    body = [
        {"type": "image", "value": {"image": shown.pk, "alt_text": "A dock", "decorative": False}},
        {"type": "quote", "value": said},
        {"type": "quote", "value": said | {"name": "", "portrait": None, "profile": ines.pk}},
        {"type": "video", "value": played(file=make_document("film.mp4").pk) | {"poster": poster.pk}},
        {"type": "video", "value": played(address="https://vimeo.com/123") | {"poster": poster.pk}},
    ]
    for one in (ines, make_piece("A", body=body, author=ines)):
        ReferenceIndex.create_or_update_for_object(one)
    made = 0
    while pictures.prepare_missing():
        made += 1
    assert (made, LibraryRendition.objects.count()) == (4 + 4 + 2 + 3, 13)
    html = client.get("/a/").content.decode()
    assert (html.count("<picture>"), "poster=" in html, LibraryRendition.objects.count()) == (5, True, 13)


def test_broken_picture_in_a_text_keeps_no_other_waiting(make_piece, make_cover):
    gone, fine = make_cover("gone"), make_cover("fine")
    body = [{"type": "image", "value": {"image": one.pk, "alt_text": "A", "decorative": False}} for one in (gone, fine)]
    ReferenceIndex.create_or_update_for_object(make_piece("A", body=body))
    Path(gone.file.path).unlink()
    assert [pictures.prepare_missing() for _ in range(6)] == [1] * 4 + [0, 0]
