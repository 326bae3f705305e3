"""Authors as readers meet them: a face, a few words, and where else they are."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from wagtail.models import ReferenceIndex

from cms import outside, search
from cms import topics as merged
from cms.models import Author
from cms.models.pages import Audience

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def author(make_cover):
    return Author.objects.create(
        slug="ines",
        name="Ines Carrow",
        role="Quality",
        bio="Has sat on both sides.",
        portrait=make_cover("face"),
        elsewhere="https://www.people.example/ines",
    )


def test_author_has_a_page_with_face_words_and_profile_elsewhere(client, author, make_piece):
    make_piece("By her", author=author)
    html = client.get("/authors/ines/").content.decode()
    assert 'class="portrait"' in html
    assert "Has sat on both sides." in html
    assert '<a rel="me external" href="https://www.people.example/ines">Ines Carrow at people.example</a>' in html
    assert "By her" in html


def test_piece_ends_with_its_author_and_one_without_portrait_has_no_picture(client, author, make_piece):
    make_piece("By her", author=author)
    assert client.get("/by-her/").content.decode().count('class="portrait"') == 1
    Author.objects.update(portrait=None, elsewhere="")
    for path in ("/by-her/", "/authors/ines/"):
        html = client.get(path).content.decode()
        assert "portrait" not in html
        assert 'rel="me' not in html


def quote(author, **fields):
    said = {"text": "We counted.", "profile": author.pk, "name": "", "role": "", "portrait": None}
    return {"type": "quote", "value": said | fields}


def test_quote_takes_name_role_and_face_from_the_profile_and_leads_to_it(client, author, make_piece):
    make_piece("Quoting", body=[quote(author)])
    html = client.get("/quoting/").content.decode()
    assert '<a href="/authors/ines/">Ines Carrow</a>, <span class="quote-role">Quality</span>' in html
    assert 'class="quote-face"' in html


def test_what_is_written_by_hand_stands_in_place_of_the_profile_s(client, author, make_piece):
    make_piece("Quoting", body=[quote(author, name="I. Carrow", role="Once at Brack")])
    html = client.get("/quoting/").content.decode()
    assert '<a href="/authors/ines/">I. Carrow</a>, <span class="quote-role">Once at Brack</span>' in html


def test_expert_s_page_lists_what_quotes_them_and_readers_may_see(client, author, make_piece):
    for title, fields in (
        ("Open one", {}),
        ("Signed too", {"author": author}),
        ("Inside", {"audience": Audience.SALES_ONLY}),
        ("Draft one", {"live": False}),
    ):
        ReferenceIndex.create_or_update_for_object(make_piece(title, body=[quote(author)], **fields))
    html = client.get("/authors/ines/").content.decode()
    assert "Ines Carrow is quoted in" in html
    assert re.findall(r">(Open one|Signed too|Inside|Draft one)</a>", html) == ["Signed too", "Open one"]
    assert "Nothing is published here yet" not in html


def test_search_finds_a_piece_by_whom_it_quotes(client, author, make_piece):
    make_piece("Quoting", body=[quote(author)])
    assert "/quoting/" in client.get("/search/?q=Carrow").content.decode()


def test_list_says_how_often_somebody_is_named_and_where(client, marketer, author, make_piece):
    ReferenceIndex.create_or_update_for_object(make_piece("Quoting", body=[quote(author)]))
    client.force_login(marketer)
    html = client.get(reverse("authors:index")).content.decode()
    where = reverse("authors:usage", args=[author.pk])
    assert f'href="{where}"' in html
    assert "Used 1 time" in html
    assert "Quoting" in client.get(where).content.decode()


def test_profile_that_is_gone_leaves_the_words(client, author, make_piece):
    make_piece("Quoting", body=[quote(author)])
    author.delete()
    html = client.get("/quoting/").content.decode()
    assert "We counted." in html
    assert "<figcaption>" not in html


@pytest.mark.parametrize("number", [1, 3])
def test_quotes_of_profiles_cost_the_same_however_many(client, make_piece, django_assert_num_queries, number):
    people = [Author.objects.create(slug=f"a{n}", name=f"A {n}") for n in range(number)]
    make_piece("Quoting", body=[quote(one) for one in people])
    client.get("/quoting/")
    with django_assert_num_queries(15):
        client.get("/quoting/")


@pytest.mark.parametrize("number", [1, 3])
def test_expert_s_page_costs_the_same_however_often_they_are_quoted(
    client, author, make_piece, django_assert_num_queries, number
):
    for n in range(number):
        ReferenceIndex.create_or_update_for_object(make_piece(f"P{n}", body=[quote(author)]))
    client.get("/authors/ines/")
    with django_assert_num_queries(7):
        client.get("/authors/ines/")


@pytest.fixture
def reader_in_logistics(topics):
    found = Author.objects.create(
        slug="rhea", name="Rhea Outside", role="Reader", organisation="School of Trade", standing="academic"
    )
    found.topics.set(topics[:1])
    return found


def test_expert_s_page_and_quotes_say_where_they_are_and_what_to_ask_them(client, reader_in_logistics, make_piece):
    html = client.get("/authors/rhea/").content.decode()
    assert "Reader, School of Trade" in html
    assert 'Ask Rhea Outside about <a href="/topics/cost/">Cost</a>' in html
    make_piece("Quoting", body=[quote(reader_in_logistics)])
    assert '<span class="quote-role">Reader, School of Trade</span>' in client.get("/quoting/").content.decode()


def test_list_is_narrowed_by_standing_and_topic(client, editor, author, reader_in_logistics, topics):
    client.force_login(editor)
    for asked in ({"standing": "academic"}, {"topics": topics[0].pk}):
        html = client.get(reverse("authors:index"), asked).content.decode()
        assert ("Rhea Outside" in html, "Ines Carrow" in html, "Cost" in html) == (True, False, True)
    html = client.get(reverse("authors:index")).content.decode()
    assert ("One of ours" in html, "Academic" in html, "Reader, School of Trade" in html) == (True, True, True)


@pytest.mark.parametrize("number", [1, 3])
def test_list_of_experts_costs_the_same_however_many(client, editor, topics, django_assert_num_queries, number):
    for n in range(number):
        Author.objects.create(slug=f"a{n}", name=f"A {n}").topics.set(topics)
    client.force_login(editor)
    client.get(reverse("authors:index"))
    with django_assert_num_queries(14):
        client.get(reverse("authors:index"))


def test_merged_topics_are_merged_on_profiles(reader_in_logistics, topics, marketer):
    reader_in_logistics.topics.set(topics)
    merged.merge(topics[0], topics[1], marketer)
    assert list(reader_in_logistics.topics.all()) == topics[1:]


def test_expert_outside_who_is_forgotten_is_named_by_no_quote_and_found_by_no_search(
    client, reader_in_logistics, author, make_piece, marketer
):
    for piece in (make_piece("Signed", author=reader_in_logistics), make_piece("Q", body=[quote(reader_in_logistics)])):
        ReferenceIndex.create_or_update_for_object(piece)
    assert [piece.title for piece in search.find("Rhea").pieces] == ["Q"]
    [(kind, row)], _cut = outside.find("rhea out")
    assert outside.export([(kind, row)])[0]["topics"] == ["Cost"]
    assert outside.find("Ines")[0] == []  # one of ours has a profile as long as we want
    outside.forget([(kind, row)], marketer)
    for path in ("/signed/", "/q/", "/authors/rhea/"):
        assert "Rhea" not in client.get(path).content.decode()
    assert "We counted." in client.get("/q/").content.decode()
    assert search.find("Rhea").pieces == []
