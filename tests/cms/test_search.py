"""The search of the site: what it finds, how it is narrowed, and what it says where it finds nothing."""

import re

import pytest

from cms.models.pages import Format
from tests.cms.test_site import page

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_search_finds_words_and_narrows_by_topic_and_format(client, make_piece, topics):
    make_piece("Cold tea", topics=topics[:1], format=Format.ARTICLE)
    make_piece("Cold soup", topics=topics[1:2], format=Format.VIDEO)
    make_piece("Warm bread", topics=topics[:1])
    titles = re.compile(r'row-title"><a href="[^"]+">([^<]+)')
    assert sorted(titles.findall(page(client, "/search/", q="cold"))) == ["Cold soup", "Cold tea"]
    assert titles.findall(page(client, "/search/", q="cold", topic="cost")) == ["Cold tea"]
    assert titles.findall(page(client, "/search/", q="cold", format="video")) == ["Cold soup"]
    assert titles.findall(page(client, "/search/", topic="cost", format="article")) == ["Cold tea", "Warm bread"][::-1]
    html = page(client, "/search/", q="cold", topic="cost", format="video")
    assert "in this part of the library" in html
    assert 'href="?q=cold"' in html


def test_search_narrows_by_role_to_what_is_for_it_or_for_everybody(client, make_piece, personas, topics):
    make_piece("Cold tea", personas=personas[:1], topics=topics[:1])
    make_piece("Cold soup", personas=personas[1:2])
    make_piece("Cold water", for_all_personas=True)
    titles = re.compile(r'row-title"><a href="[^"]+">([^<]+)')
    html = page(client, "/search/", q="cold")
    facets = dict(re.findall(r'href="\?q=cold&amp;role=(\w+)">\w+ <span class="facet-count">(\d+)', html))
    assert facets == {"it": "2", "finance": "2"}
    narrowed = page(client, "/search/", q="cold", role="it")
    assert sorted(titles.findall(narrowed)) == ["Cold tea", "Cold water"]
    assert '<a class="facet chosen" aria-current="true" href="?q=cold">it ' in narrowed
    assert re.search(r'topic=cost">Cost <span class="facet-count">1<', narrowed)
    assert "Look in the whole library" in page(client, "/search/", q="cold", role="finance", topic="cost")
    assert page(client, "/search/", q="cold", role="nope").count('class="row-title"') == 0


@pytest.mark.parametrize("words", ["zebra", '"', "a AND (", "*", "x" * 5000, "\x00", "%00", "NEAR/2 'or' --", "ß{}"])
def test_search_for_nonsense_is_an_empty_page_that_helps(client, make_piece, words):
    make_piece("A piece")
    response = client.get("/search/", {"q": words})
    assert response.status_code == 200
    assert 'href="/topics/"' in response.content.decode()


def test_search_shows_more_by_steps_and_no_nonsense(client, make_piece):
    for n in range(22):
        make_piece(f"Piece {n}")
    assert page(client, "/search/").count('class="row-title"') == 20
    assert 'href="?show=40"' in page(client, "/search/")
    for show in ("40", "21", "99999"):
        assert page(client, "/search/", show=show).count('class="row-title"') == 22
    for nonsense in ("-1", "x", "9" * 99, "٣"):
        assert page(client, "/search/", show=nonsense).count('class="row-title"') == 20
