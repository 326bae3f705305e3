"""Three thousand pieces: every public list asks the database as often as with three, and shows a page of them."""

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection

from benchmarks import pieces
from cms import pictures, sitemaps
from cms.models import AssetPage
from tests.cms.sitemaps import whole_sitemap
from tests.cms.test_site import QUERIES

pytestmark = [pytest.mark.django_db, pytest.mark.db, pytest.mark.slow]
PIECES = 3000
ADDRESSES = {
    "/topics/cost/": "/topics/bench-0/",
    "/stages/one/": "/stages/awareness/",
    "/for/it/": "/for/bench-0/",
    "/authors/ines/": "/authors/bench-0/",
    "/piece-0/": "/bench-1/",
    "/topics/cost/feed/": "/topics/bench-0/feed/",
    "/topics/cost/feed/atom/": "/topics/bench-0/feed/atom/",
}


@pytest.fixture
def many(db, make_cover):
    cache.clear()
    covers = [make_cover(f"cover-{n}") for n in range(3)]
    for cover in covers:
        pictures.prepare(cover)
    pieces.publish(PIECES, covers=covers, body=[{"type": "text", "value": "<p>A chain is as cold as it is.</p>"}])
    call_command("update_index", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as databases do by themselves in time: without it PostgreSQL plans for empty tables


def test_pages_take_as_many_queries_with_three_thousand_pieces(client, many, django_assert_num_queries):
    for path, expected in QUERIES.items():
        address = ADDRESSES.get(path, path).format(AssetPage.objects.last().pk // sitemaps.PART)
        client.get(address)
        with django_assert_num_queries(expected):
            answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.content.count(b"/bench-") <= (sitemaps.PART if "sitemap" in path else 100), address
    parts = whole_sitemap(client)
    assert len(parts) - 2 in (PIECES // sitemaps.PART, PIECES // sitemaps.PART + 1)
    assert "".join(parts.values()).count("/bench-") >= PIECES
    with django_assert_num_queries(8):
        found = client.get("/search/?q=chain")
    assert b"The 200 best pieces" in found.content
