"""The sitemap in parts: every public piece is in one of them, whatever host asks, and none is of nothing."""

import re

import pytest

from cms import sitemaps
from cms.models.pages import Audience
from tests.cms.sitemaps import text, whole_sitemap

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def _parts_of_two(monkeypatch):
    monkeypatch.setattr(sitemaps, "PART", 2)


def places(parts):
    """How often each address stands in the parts of pieces."""
    texts = [found for path, found in parts.items() if path.startswith("/sitemap-pieces-")]
    return sorted(place for found in texts for place in re.findall(r"<loc>([^<]+)</loc>", found))


def test_every_public_piece_stands_in_exactly_one_part_and_no_part_holds_more(client, make_piece, settings):
    for n in range(7):
        make_piece(f"Piece {n}")
    parts = whole_sitemap(client)
    assert places(parts) == [f"{settings.BASE_URL}/piece-{n}/" for n in range(7)]
    assert max(found.count("<url>") for path, found in parts.items() if "pieces" in path) == 2


def test_index_says_when_each_part_changed_and_leaves_out_what_holds_nothing(client, make_piece):
    old, new = (make_piece(f"Piece {age}", days_old=age) for age in (300, 3))
    for n in range(4):
        make_piece(f"Internal {n}", audience=Audience.SALES_ONLY)
    index = text(client, "/sitemap.xml")
    changed = dict(re.findall(r"pieces-(\d+)\.xml</loc>\s*<lastmod>([\d-]{10})", index))
    expected = {str(piece.pk // 2): f"{piece.last_published_at:%Y-%m-%d}" for piece in (old, new)}
    assert changed == expected
    assert f"<lastmod>{old.last_published_at:%Y-%m-%d}" in text(client, f"/sitemap-pieces-{old.pk // 2}.xml")


def test_part_of_hidden_pieces_alone_an_unknown_and_an_endless_number_are_not_found(client, make_piece):
    hidden = [make_piece(f"Internal {n}", audience=Audience.SALES_ONLY) for n in range(2)]
    numbers = {piece.pk // 2 for piece in hidden} | {10**6, 10**30}
    assert {client.get(f"/sitemap-pieces-{number}.xml").status_code for number in numbers} == {404}
    assert client.post("/sitemap.xml").status_code == 405


def test_addresses_are_ours_whatever_host_asks_and_crawlers_list_no_part_itself(client, make_piece, settings):
    settings.ALLOWED_HOSTS = ["*"]
    make_piece("Piece")
    answer = client.get("/sitemap.xml", headers={"host": "elsewhere.example"})
    assert b"elsewhere.example" not in answer.content
    assert answer["X-Robots-Tag"] == "noindex, noodp, noarchive"
    assert text(client, "/sitemap-lists.xml").count(f"<loc>{settings.BASE_URL}/") == 2


def test_empty_site_has_its_front_alone(client):
    parts = whole_sitemap(client)
    assert list(parts) == ["/sitemap.xml", "/sitemap-lists.xml"]
