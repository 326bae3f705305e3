"""What a reader who finds nothing may have meant."""

import pytest
from django.core.cache import cache

from cms import spelling, vocabulary
from cms.models.pages import Audience

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def library(make_piece, topics):
    cache.clear()
    body = [{"type": "text", "value": "<p>Every <b>thermocouple</b> drifts.</p>"}]
    make_piece("Refrigeration in winter", summary="What a warehouse costs.", body=body, topics=topics[:1])
    hidden = [{"type": "text", "value": "<p>Never below the pricefloor.</p>"}]
    make_piece("Secretive plan", audience=Audience.SALES_ONLY, body=hidden)
    make_piece("Draft", live=False, body=hidden)
    while vocabulary.recount():
        pass
    yield
    cache.clear()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("refrigerasion", "refrigeration"),
        ("Refridgeration  in WINTER", "refrigeration in winter"),
        ("warehuose costs", "warehouse costs"),
        ("audit", ""),  # a topic's name is known
        ("termocouple drifs", "thermocouple drifts"),  # of a text
        ("pricefloar", ""),  # of the text of a piece for sales only, and of a draft
        ("winter", ""),
        ("zebra", ""),
        ("secretiv", ""),  # of a piece for sales only: not known here
        ("win", ""),
        ("12345 %%% '\"", ""),
    ],
)
def test_nearest_known_words_are_meant(said, meant):
    assert spelling.meant(said) == meant


def test_page_asks_and_its_link_finds(client):
    html = client.get("/search/?q=refrigerasion").content.decode()
    assert '<a href="?q=refrigeration">refrigeration</a>?' in html
    assert "Refrigeration in winter" in client.get("/search/?q=refrigeration").content.decode()


def test_page_does_not_ask_where_something_was_found_or_the_guess_finds_nothing(client):
    assert "Did you mean" not in client.get("/search/?q=winter").content.decode()
    assert "Did you mean" not in client.get("/search/?q=refrigerasion zebra").content.decode()
    assert "Did you mean" not in client.get("/search/?q=refrigerasion&topic=people").content.decode()


def test_asking_takes_the_same_queries_each_time(client, django_assert_num_queries):
    client.get("/search/?q=refrigerasion")
    with django_assert_num_queries(6):
        client.get("/search/?q=refrigerasion")
