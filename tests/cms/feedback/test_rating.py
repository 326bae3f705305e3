"""The one tap: POST /rate/."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import signing
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from cms import clock
from cms.feedback import ratings
from cms.feedback.models import Rating
from cms.models.pages import Audience
from cms.signals import asset_rated
from tracking.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.db]
RATE = reverse("rate")


@pytest.fixture
def piece(make_piece):
    return make_piece("A piece")


@pytest.fixture
def heard():
    """What the signal carried, in order."""
    calls = []

    def hear(sender, **facts):
        calls.append(facts)

    asset_rated.connect(hear)
    yield calls
    asset_rated.disconnect(hear)


def form(piece, value="1", **more):
    return {"token": ratings.sign(piece.pk), "value": value, **more}


def rows(piece):
    return list(Rating.objects.filter(asset=piece).values_list("value", flat=True))


def test_tap_is_stored_and_the_reader_is_sent_back_with_thanks(client, piece):
    response = client.post(RATE, form(piece))
    assert response.status_code == 303
    assert re.fullmatch(r"/a-piece/\?rated=useful&more=[^&#]+#rated", response["Location"])
    assert rows(piece) == [1]
    assert response.cookies == {}
    page = client.get("/a-piece/?rated=useful").content.decode()
    assert 'role="status">Thank you. Good to know that it was useful.</p>' in page
    assert 'value="1" aria-pressed="true"' in page


def test_form_needs_no_csrf_cookie(client, piece):
    client.handler.enforce_csrf_checks = True
    assert client.post(RATE, form(piece)).status_code == 303


def test_fetch_gets_the_thanks_itself(client, piece):
    response = client.post(RATE, form(piece, "-1"), headers={"Accept": "application/json"})
    said = response.json()
    assert (said["value"], said["message"]) == (-1, "Thank you. We will look at it again.")


def test_same_reader_counts_once_and_may_change_their_mind(client, piece):
    visitor = str(uuid4())
    for value in ("1", "1", "-1"):
        client.post(RATE, form(piece, value, visitor=visitor))
    assert rows(piece) == [-1]
    client.post(RATE, form(piece, "1", visitor=str(uuid4())))
    assert sorted(rows(piece)) == [-1, 1]


@pytest.mark.parametrize("signal", ["HTTP_SEC_GPC", "HTTP_DNT"])
def test_key_of_a_browser_that_objects_is_thrown_away(client, piece, heard, signal):
    client.post(RATE, form(piece, visitor=str(uuid4())), **{signal: "1"})
    assert (heard[0]["visitor"], Event.objects.get().visitor_id) == (None, None)


def test_reader_without_visitor_key_is_told_by_network_browser_and_day(client, piece, monkeypatch):
    agent = {"HTTP_USER_AGENT": "Browser"}
    client.post(RATE, form(piece), REMOTE_ADDR="192.0.2.7", **agent)
    client.post(RATE, form(piece), REMOTE_ADDR="192.0.2.99", **agent)
    assert len(rows(piece)) == 1
    client.post(RATE, form(piece), REMOTE_ADDR="192.0.3.7", **agent)
    client.post(RATE, form(piece), REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT="Another")
    assert len(rows(piece)) == 3
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    client.post(RATE, form(piece), REMOTE_ADDR="192.0.2.7", **agent)
    assert len(rows(piece)) == 4


def test_key_keeps_neither_address_nor_visitor(client, piece):
    visitor = uuid4()
    client.post(RATE, form(piece, visitor=str(visitor)), REMOTE_ADDR="192.0.2.7")
    key = Rating.objects.get().reader_key
    assert len(key) == 64
    assert visitor.hex not in key


def test_signal_carries_what_the_ledger_needs(client, piece, heard):
    visitor = uuid4()
    headers = {"User-Agent": "Browser", "Accept-Language": "de", "Sec-Purpose": "prefetch"}
    sent = form(piece, "-1", visitor=str(visitor), link="v1.a.b.c")
    client.post(RATE, sent, REMOTE_ADDR="192.0.2.7", headers=headers)
    [facts] = heard
    assert {name: facts[name] for name in ("asset_id", "value", "visitor", "link_token")} == {
        "asset_id": piece.pk, "value": -1, "visitor": visitor, "link_token": "v1.a.b.c"
    }  # fmt: skip
    assert facts["request_facts"] == {
        "ua": "Browser", "ip": "192.0.2.0", "method": "POST", "accept_language": "de", "purpose": "prefetch",
        "signal": "",
    }  # fmt: skip
    assert facts["rated_at"] == Rating.objects.get().rated_at


def test_same_answer_again_is_no_second_event(client, piece, heard):
    for value in ("1", "1", "-1"):
        client.post(RATE, form(piece, value))
    assert [facts["value"] for facts in heard] == [1, -1]


def test_row_is_not_kept_when_the_ledger_cannot_write(client, piece):
    def fail(sender, **facts):
        raise RuntimeError("the ledger is full")

    asset_rated.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            client.post(RATE, form(piece))
    finally:
        asset_rated.disconnect(fail)
    assert rows(piece) == []


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a:b:c",
        # Named: the token holds the time, and pytest-xdist wants the same names in every process.
        pytest.param(signing.dumps(1), id="other salt"),
        pytest.param(signing.dumps("x", salt="cms.feedback.rating"), id="no piece"),
    ],
)
def test_token_that_is_not_ours_is_refused(client, piece, token):
    response = client.post(RATE, {"token": token, "value": "1"})
    assert response.status_code == 400
    assert "Open the piece again and tap once more." in response.content.decode()
    assert Rating.objects.count() == 0


def test_token_of_one_piece_cannot_be_changed_into_another(client, piece):
    head, _, tail = ratings.sign(piece.pk).partition(":")
    assert client.post(RATE, {"token": f"{head}A:{tail}", "value": "1"}).status_code == 400


def test_token_expires_after_thirty_days(client, piece, monkeypatch):
    sent = form(piece)
    monkeypatch.setattr(ratings, "TOKEN_AGE", -1)
    response = client.post(RATE, sent)
    assert response.status_code == 400
    assert "more than 30 days" in response.content.decode()


@pytest.mark.parametrize("value", ["", "0", "2", "yes", "1.0", " 1"])
def test_value_that_is_no_answer_is_refused(client, piece, value):
    response = client.post(RATE, form(piece, value), headers={"Accept": "application/json"})
    assert response.status_code == 400
    assert set(response.json()["error"]) == {"what", "why", "mend"}


def test_visitor_key_that_is_none_counts_as_none(client, piece, heard):
    client.post(RATE, form(piece, visitor="'; drop table"))
    assert heard[0]["visitor"] is None


def test_body_is_bounded(client, piece):
    assert client.post(RATE, form(piece, padding="x" * 9000)).status_code == 413


def test_only_post_rates(client):
    assert client.get(RATE).status_code == 405


def test_piece_that_is_gone_or_for_sales_only_cannot_be_rated(client, make_piece):
    draft, internal = make_piece("Draft", live=False), make_piece("Internal", audience=Audience.SALES_ONLY)
    for hidden in (draft, internal):
        assert client.post(RATE, form(hidden)).status_code == 404
    assert client.post(RATE, form(make_piece("For customers", audience=Audience.CUSTOMERS))).status_code == 303


def test_figures_are_shown_from_five_readers_on(client, piece):
    for n in range(4):
        client.post(RATE, form(piece, "1" if n else "-1", visitor=str(uuid4())))
    assert ratings.figures(piece.pk) is None
    assert "readers said yes" not in client.get("/a-piece/").content.decode()
    client.post(RATE, form(piece, visitor=str(uuid4())))
    assert ratings.figures(piece.pk) == ratings.Figures(useful=4, total=5)
    assert "4 of 5 readers said yes." in client.get("/a-piece/").content.decode()


@pytest.mark.parametrize("charset", ["base64", "rot13", "utf-7", "raw_unicode_escape", "nonsense"])
def test_form_in_any_other_encoding_is_read_as_ours(client, piece, charset):
    content = encode_multipart(BOUNDARY, form(piece, visitor=str(uuid4())))
    answer = client.generic("POST", RATE, content, f"{MULTIPART_CONTENT}; charset={charset}")
    assert (answer.status_code, rows(piece)) == (303, [1])


def test_one_network_cannot_rate_without_end_whatever_keys_it_makes_up(client, piece, make_piece, monkeypatch):
    monkeypatch.setattr(ratings, "A_NETWORK_AN_HOUR_AND_PIECE", 3)
    monkeypatch.setattr(ratings, "A_NETWORK_AN_HOUR", 5)
    other = make_piece("Other")

    def tap(what, address="192.0.2.7"):
        return client.post(RATE, form(what, visitor=str(uuid4())), REMOTE_ADDR=address)

    answers = [tap(piece).status_code for _ in range(4)] + [tap(other).status_code for _ in range(3)]
    assert answers == [303, 303, 303, 429, 303, 303, 429]
    assert tap(piece, "198.51.100.1").status_code == 303
    assert "Try again later." in tap(piece).content.decode()
    in_an_hour = clock.now() + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: in_an_hour)
    assert tap(piece).status_code == 303
