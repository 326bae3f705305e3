"""One tap, then more: what a reader adds, for the team alone."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock
from cms.feedback import forgetting, notes, ratings
from cms.models import Rating, RatingNote

pytestmark = [pytest.mark.django_db, pytest.mark.db]
MORE = reverse("rate_more")


@pytest.fixture
def piece(make_piece):
    return make_piece("A piece")


@pytest.fixture
def rated(client, piece):
    """rated("1") -> the token of the second step, after one tap without scripts."""

    def tap(value="1"):
        form = {"token": ratings.sign(piece.pk), "value": value, "visitor": str(uuid4())}
        page = client.get(client.post(reverse("rate"), form)["Location"].partition("#")[0]).content.decode()
        return re.search(r'data-more>\s*<input type="hidden" name="token" value="([^"]+)"', page)[1]

    return tap


def test_second_step_is_offered_after_the_tap_and_kept_for_the_team(client, rated, editor, piece):
    assert "data-more hidden" in client.get("/a-piece/").content.decode()
    form = {"token": rated("-1"), "reason": ["too_long", "clear", "x"], "text": "<b>Half</b> would do."}
    answer = client.post(MORE, form | {"email": "ines@example.com"})
    assert (answer.status_code, answer["Location"]) == (303, "/a-piece/?rated=not-useful&noted=1#rated")
    assert "Somebody of us reads it" in client.get("/a-piece/?rated=not-useful&noted=1").content.decode()
    note = RatingNote.objects.get()
    assert (note.reasons, note.email, note.rating.value) == (["too_long"], "ines@example.com", -1)
    assert "would do" not in client.get("/a-piece/").content.decode()

    client.force_login(editor)
    page = client.get(reverse("comments:notes")).content.decode()
    assert "&lt;b&gt;Half&lt;/b&gt;" in page
    assert "mailto:ines@example.com" in page
    client.post(reverse("comments:drop_note", args=[note.pk]))
    assert (RatingNote.objects.count(), Rating.objects.count()) == (0, 1)
    assert ModelLogEntry.objects.filter(action="rating_note.dropped").count() + _page_log() == 1


def _page_log():
    from wagtail.models import PageLogEntry  # noqa: PLC0415

    return PageLogEntry.objects.filter(action="rating_note.dropped").count()


def test_one_tap_with_scripts_says_what_comes_next(client, piece):
    form = {"token": ratings.sign(piece.pk), "value": "1"}
    said = client.post(reverse("rate"), form, headers={"Accept": "application/json"}).json()
    assert (said["word"], notes.read_token(said["more"])) == ("useful", Rating.objects.get().pk)
    answer = client.post(MORE, {"token": said["more"], "text": "Good"}, headers={"Accept": "application/json"})
    assert "reads it" in answer.json()["message"]
    wrong = client.post(MORE, {"token": said["more"], "email": "x"}, headers={"Accept": "application/json"})
    assert (wrong.status_code, "name@example.com" in wrong.json()["error"]["why"]) == (422, True)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"token": "x"}, 400),
        ({"token": ""}, 400),
        ({"email": "x"}, 422),
        ({"text": "x" * 1001}, 422),
        ({"text": "\0"}, 422),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(client, rated, fields, status):
    assert client.post(MORE, {"token": rated()} | fields).status_code == status
    assert client.get(MORE).status_code == 405
    assert RatingNote.objects.count() == 0


def test_nothing_said_or_said_by_a_robot_is_not_kept(client, rated):
    for fields in ({}, {"text": "Buy", "website": "http://spam.example"}, {"email": "a@b.example"}):
        assert client.post(MORE, {"token": rated()} | fields).status_code == 303
    assert RatingNote.objects.count() == 0


def test_reasons_go_when_the_rating_turns_and_networks_are_limited(piece, monkeypatch):
    facts = {"visitor": None, "link_token": "", "request_facts": {}}
    ratings.rate(piece.pk, 1, "reader", **facts)
    rating = Rating.objects.get()
    notes.keep(rating, ["clear"], "Good", "ines@example.com", "network")
    ratings.rate(piece.pk, -1, "reader", **facts)
    assert RatingNote.objects.values_list("reasons", "text").get() == ([], "Good")
    RatingNote.objects.update(noted_at=clock.now() - timedelta(days=366))
    forgetting.forget()
    assert RatingNote.objects.values_list("email", "network_key", "text").get() == ("", "", "Good")


@pytest.mark.parametrize("who", ["owner", "stranger"])
def test_only_editors_and_marketers_read_them(client, request, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("comments:notes")).status_code == 302
    assert client.post(reverse("comments:drop_note", args=[1])).status_code == 302


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_with_one_and_with_three(rows, client, editor, piece, django_assert_num_queries):
    for n in range(rows):
        rating = Rating.objects.create(asset=piece, reader_key=str(n), value=1, rated_at=clock.now())
        notes.keep(rating, ["clear"], "", "")
    client.force_login(editor)
    client.get(reverse("comments:notes"))
    with django_assert_num_queries(12):
        assert len(client.get(reverse("comments:notes")).context["notes"]) == rows
