"""What to read next, asked by a browser that agreed to be recognised: without what was read there."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from cms import clock
from tests import ledger
from tests.cms.conftest import make_piece, personas, stages, topics  # noqa: F401 -- fixtures
from tracking import consent, wordings
from tracking.models import Event, Visitor

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
KEY = UUID(int=7)


@pytest.fixture
def pieces(make_piece):  # noqa: F811
    return [make_piece(f"Piece {n}", days_old=n) for n in range(6)]


@pytest.fixture
def read(pieces):
    """read(1, 2): this browser took these pieces in."""

    def take_in(*numbers, kind="asset_read"):
        now = clock.now()
        visitor, _made = Visitor.objects.get_or_create(key=KEY, defaults={"first_seen_at": now, "last_seen_at": now})
        said = {"kind": kind, "received_at": now, "source": "script", "visitor": visitor}
        ledger.store(
            *(
                Event(uuid=uuid4(), occurred_at=now - timedelta(minutes=n + 1), asset_id=pieces[n].pk, **said)
                for n in numbers
            )
        )

    return take_in


@pytest.fixture
def ask(client, pieces):
    """ask() -> the answer to who reads the first piece."""

    def post(visitor=KEY, piece=None, **headers):
        return client.post(reverse("next_pieces", args=[piece or pieces[0].pk]), {"visitor": visitor}, headers=headers)

    return post


def titles(answer):
    return [piece.title for piece in answer.context["next"]]


def test_what_this_browser_read_is_left_out(ask, read):
    read(1, 3)
    answer = ask()
    assert (answer.status_code, titles(answer)) == (200, ["Piece 2", "Piece 4", "Piece 5"])
    assert "no-store" in answer["Cache-Control"]
    assert answer.cookies == {}


def test_seeing_only_what_was_no_reading_changes_nothing(ask, read):
    read(1, kind="asset_shared")
    assert ask().status_code == 204


def test_strangers_and_who_says_no_get_the_pages_own(ask, read, pieces):
    read(1)
    assert ask(visitor="").status_code == 204
    assert ask(visitor="x' OR 1").status_code == 204
    assert ask(visitor=UUID(int=8)).status_code == 204
    assert ask(**{"Sec-GPC": "1"}).status_code == 204
    assert ask(DNT="1").status_code == 204
    consent.answer(KEY, wordings.SITE_PROFILE, False, source="banner", wording="en", proof={})
    assert ask().status_code == 204


def test_it_is_posted_and_about_a_piece_that_is_there(client, ask):
    assert ask(piece=99999).status_code == 404
    assert ask(piece=2**63).status_code == 404
    assert client.get(reverse("next_pieces", args=[1])).status_code == 405


def test_it_takes_the_same_queries_with_one_reading_and_many(ask, read, django_assert_num_queries):
    for numbers in ((1,), (2, 3, 4)):
        read(*numbers)
        ask()
        with django_assert_num_queries(11):
            ask()
