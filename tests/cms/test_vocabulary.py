"""The words that public pieces say: counted part by part, anew when something changed, and gone with the piece."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from cms import clock, spelling, vocabulary
from cms.models import AssetPage, Vocabulary
from cms.models.pages import Audience

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def drain():
    """How many parts were counted or forgotten until all was as it was."""
    rounds = 0
    while vocabulary.recount():
        rounds += 1
        assert rounds < 50
    return rounds


def says(*words):
    return [{"type": "text", "value": f"<p>{' '.join(words)}</p>"}]


def test_words_of_titles_summaries_and_texts_are_counted_once_a_piece(make_piece):
    make_piece("Warm lanes", summary="Ferries.", body=says("lanes", "lanes", "and", "ferries", "42nd"))
    make_piece("Lanes")
    assert drain() >= 1
    assert vocabulary.counted() == {"lanes": 2, "warm": 1, "ferries": 1}
    assert drain() == 0


def test_piece_that_changes_or_leaves_the_site_takes_its_words_along(make_piece):
    piece, other = make_piece("Warm", body=says("pricefloor")), make_piece("Lane")
    drain()
    piece.body = says("ceiling")
    piece.last_published_at = clock.now() - timedelta(minutes=1)
    piece.save()
    drain()
    assert set(vocabulary.counted()) == {"warm", "ceiling", "lane"}
    piece.audience = Audience.SALES_ONLY
    piece.save()
    drain()
    assert set(vocabulary.counted()) == {"lane"}
    other.delete()
    drain()
    assert Vocabulary.objects.count() == 0


def test_piece_that_is_published_this_moment_waits_for_the_index(make_piece):
    make_piece("Warm", days_old=0)
    assert drain() == 0
    AssetPage.objects.update(last_published_at=clock.now() - vocabulary.SETTLED)
    assert drain() == 1


def test_parts_and_their_words_are_bounded(make_piece, monkeypatch):
    monkeypatch.setattr(vocabulary, "PART", 1)
    monkeypatch.setattr(vocabulary, "PARTS_KNOWN", 2)
    monkeypatch.setattr(vocabulary, "WORDS_OF_PART", 3)
    for n in range(3):
        make_piece(f"Piece {'xyz'[n] * 4}", body=says("alpha", "beta", "gamma", "delta"))
    assert drain() == 2
    assert vocabulary.counted() == {"alpha": 2, "beta": 2, "delta": 2}


@pytest.mark.parametrize("pieces", [1, 3])
def test_recounting_a_part_takes_the_same_statements(make_piece, pieces, django_assert_num_queries):
    for n in range(pieces):
        make_piece(f"Piece {n}")
    vocabulary.recount()
    AssetPage.objects.update(last_published_at=clock.now() - timedelta(hours=1))
    with django_assert_num_queries(8):
        assert vocabulary.recount() == 1


def test_asking_for_many_words_looks_at_a_few(make_piece):
    cache.clear()
    make_piece("Refrigeration")
    said = spelling.meant(" ".join(["refrigerasion"] * 20)).split()
    assert said == ["refrigeration"] * 8 + ["refrigerasion"] * 12
