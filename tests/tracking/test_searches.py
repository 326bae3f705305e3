"""Searches on the site: what a page tells of them, and how they are counted."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import connection

from cms import search
from tests.ledger import store
from tracking import searches
from tracking.models import Event

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 11, 23, 10, tzinfo=UTC)


def a_search(words, results=1, at=DAY, **fields):
    said = {"words": words, "results": results} if isinstance(words, str) else words
    return Event(
        uuid=uuid4(), kind="site_searched", occurred_at=at, received_at=at, source="pixel", properties=said, **fields
    )  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("Warm Loads", "warm loads"),
        ("from petra@northpier.example please", "from please"),
        ("call +49 171 234 56 78 now", "call now"),
        ("call 0171/2345678", "call"),
        ("2 degrees for 48 hours in 2026", "2 degrees for 48 hours in 2026"),
        ("x" * 200, "x" * 80),
        ("", ""),
    ],
)
def test_addresses_and_numbers_of_people_are_left_out(asked, told):
    assert search.told(asked) == told


def test_a_page_of_results_tells_its_words_once_a_search(client):
    def attribute(**query):
        page = client.get("/search/", query).content.decode()
        return page.partition('data-lede-search="')[2].partition('"')[0]

    assert attribute(q="Warm <loads> a@b.example") == "warm &lt;loads&gt;"
    assert attribute(q="warm", format="video") == attribute(q="warm", show="40") == attribute() == ""
    assert 'data-lede-results="0"' in client.get("/search/", {"q": "nothing at all"}).content.decode()


@pytest.mark.db
def test_searches_are_counted_by_words_and_by_those_that_found_nothing():
    store(
        a_search("warm loads"), a_search("warm loads", 0), a_search("dry ice", 0), a_search("dry ice", 0),
        a_search("dry ice"), a_search("robots", verdict="robot"), a_search("last year", at=DAY.replace(year=2025)),
        a_search({}), a_search({"words": 7, "results": "many"}), a_search({"words": "x" * 200}),
    )  # fmt: skip
    found = [(one.words, one.count, one.empty) for one in searches.said(date(2026, 11, 1), date(2026, 11, 23))]
    assert found[:2] == [("dry ice", 3, 2), ("warm loads", 2, 1)]
    assert sorted(found[2:]) == [("7", 1, 0), ("x" * 80, 1, 0)]
    assert len(searches.said(date(2026, 11, 1), date(2026, 11, 23), most=1)) == 1


@pytest.mark.db
def test_searches_are_found_by_their_index():
    store(*(a_search(f"words {n}") for n in range(3)))
    store(
        *(Event(uuid=uuid4(), kind="page_viewed", occurred_at=DAY, received_at=DAY, source="pixel") for _ in range(300))
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    rows = Event.objects.filter(kind="site_searched", occurred_at__gte=DAY.replace(day=1)).order_by().values("pk")
    assert "site_searched" in rows.explain() or "search" in rows.explain()
