"""Which pieces hold some words, best first: the same on both databases, whatever is typed."""

import pytest

from cms import ranking, search
from cms.library import published
from cms.models.pages import Audience

pytestmark = [pytest.mark.django_db, pytest.mark.db]
TYPED = ["", "-", "'", "\\", "a'b\\c", "''", "<->", "!lane", "lane:*", "lane & !", "(", "%s %(x)s", '"', "lane | lane"]


def titles(words, most=9):
    names = dict(published(None).values_list("pk", "title"))
    return [names[pk] for pk in ranking.best(published(), words, most)]


def says(text):
    return [{"type": "text", "value": f"<p>{text}</p>"}]


def test_word_in_a_title_comes_before_the_same_word_in_a_text(make_piece):
    make_piece("A lane")
    make_piece("Ferry", body=says("A lane over the sea, and what it costs."))
    make_piece("Road", body=says("Not this."))
    assert titles("lane") == ["A lane", "Ferry"]


def test_all_words_are_asked_for_wherever_each_of_them_stands(make_piece):
    make_piece("Warm ferry", body=says("The lane over the sea."))
    make_piece("Lane", body=says("Nothing of boats."))
    assert titles("ferry lane") == ["Warm ferry"]
    assert titles("lane ferry sea") == ["Warm ferry"]
    assert titles("  ferry   lane ") == ["Warm ferry"]
    assert titles("ferry rail") == []


def test_word_that_says_nothing_does_not_hide_what_the_others_find(make_piece):
    make_piece("Of the lane", body=says("The lane over the sea."))
    assert titles("the lane") == ["Of the lane"]


def test_same_rank_goes_to_the_newer_and_no_more_are_given_than_asked_for(make_piece):
    for n in range(4):
        make_piece(f"Lane {n}", days_old=n)
    assert titles("lane") == ["Lane 3", "Lane 2", "Lane 1", "Lane 0"]
    assert titles("lane", most=2) == ["Lane 3", "Lane 2"]


def test_what_is_not_listed_is_not_found(make_piece):
    make_piece("Lane of sales", audience=Audience.SALES_ONLY)
    make_piece("Lane of tomorrow", live=False)
    make_piece("Lane")
    assert titles("lane") == ["Lane"]


def test_listed_are_found_behind_however_many_better_ones_that_are_not(make_piece, monkeypatch):
    monkeypatch.setattr(ranking, "SPARE", 1)
    for n in range(4):
        make_piece(f"Lane lane {n}", live=False)
    make_piece("Road", body=says("A lane over the sea."))
    make_piece("Ferry", body=says("Along the lane one sees nothing but trees, and what they cost."))
    assert sorted(titles("lane", most=2)) == ["Ferry", "Road"]
    assert len(titles("lane", most=1)) == 1
    monkeypatch.setattr(search, "MOST_FOUND", 2)
    found = search.find("lane")
    assert (sorted(piece.title for piece in found.pieces), found.is_cut) == (["Ferry", "Road"], True)


def test_who_a_piece_for_everybody_is_for_is_told_by_what_is_listed_alone(make_piece, personas):
    make_piece("Lane", for_all_personas=True)
    make_piece("Lane of sales", audience=Audience.SALES_ONLY, personas=personas[:1])
    assert search.find("lane").roles == []
    make_piece("Lane two", personas=personas[1:2])
    assert [(facet.key, facet.count) for facet in search.find("lane").roles] == [(personas[1].slug, 2)]


@pytest.mark.parametrize("words", TYPED)
def test_whatever_is_typed_is_words(make_piece, words):
    make_piece("Lane")
    assert titles(words) in ([], ["Lane"])
