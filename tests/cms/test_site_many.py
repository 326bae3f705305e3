"""Three thousand pieces: every public list asks the database as often as with three, and shows a page of them."""

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import pieces
from cms import pictures, ranking, sitemaps
from cms.library import cards, published
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
    with django_assert_num_queries(7):
        found = client.get("/search/?q=chain")
    assert b"The 200 best pieces" in found.content


def test_lists_and_rare_words_are_read_off_an_index(many):
    on_postgres = connection.vendor == "postgresql"
    newest = plan(lambda: list(cards(published())[:20]))
    assert ("page_by_newest" if on_postgres else "USING INDEX wagtailcore_page_first_published") in newest
    rare = plan(lambda: ranking.best(published(), "part 17", 20))
    assert ("title_" in rare and "_gin" in rare) if on_postgres else "VIRTUAL TABLE INDEX" in rare
    assert "Seq Scan on wagtailsearch_indexentry" not in rare


def plan(ask):
    """How the database goes about the one statement that `ask()` asks."""
    with CaptureQueriesContext(connection) as asked:
        ask()
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL random_page_cost = 1.1"
            )  # the texts of a test are so short that it rather reads all
        cursor.execute(f"{explain} {asked[0]['sql']}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())
