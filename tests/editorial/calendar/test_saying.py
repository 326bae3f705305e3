"""How far off a day is, in words: on cards and lines, and in what is heard of them."""

from datetime import UTC, date, datetime

import pytest

from cms import clock
from editorial.calendar import cards, saying
from editorial.models import Entry

CALENDAR = "/admin/newsroom/calendar/"
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


def card_of(due_on, step="brief"):
    (card,) = cards.of_entries([Entry(pk=1, title="Doors", due_on=due_on, step=step)], {}, TODAY)
    return card


@pytest.mark.parametrize(
    ("day", "words", "near"),
    [
        (date(2026, 11, 20), "3 days late", True),
        (date(2026, 11, 22), "1 day late", True),
        (date(2026, 11, 23), "due today", True),
        (date(2026, 11, 24), "due tomorrow", True),
        (date(2026, 11, 30), "due in 7 days", True),
        (date(2026, 12, 1), "due in 8 days", False),
    ],
)
def test_what_is_open_says_how_far_off_it_is(day, words, near):
    card = card_of(day)
    assert (saying.until(card, TODAY), saying.is_near(card, TODAY)) == (words, near)


@pytest.mark.parametrize(("day", "step"), [(None, "brief"), (date(2026, 11, 25), "dropped")])
def test_what_has_no_day_or_was_dropped_is_not_due(day, step):
    assert saying.until(card_of(day, step), TODAY) == ""


def test_another_year_is_said():
    assert saying.full_day(date(2026, 11, 26), TODAY) == "Thursday 26 November"
    assert saying.full_day(date(2027, 1, 4), TODAY) == "Monday 4 January 2027"


@pytest.mark.parametrize("view", ["month", "week", "quarter", "list", "board"])
def test_the_name_of_a_card_says_its_day_and_how_far_off_it_is(client, editor, make_entry, view):
    make_entry("Doors", due_on=date(2026, 11, 26))
    make_entry("Gates", due_on=date(2026, 11, 20))
    make_entry("Hinges", due_on=date(2026, 12, 4))
    client.force_login(editor)
    html = client.get(CALENDAR, {"view": view, "on": "2026-10" if view == "quarter" else ""}).content.decode()
    if view != "week":
        assert 'Gates<span class="w-sr-only">, Friday 20 November, 3 days late</span></a>' in html
    assert 'Doors<span class="w-sr-only">, Thursday 26 November, due in 3 days</span></a>' in html
    assert '<span class="nr-card__until">due in 3 days</span>' in html
    assert 'class="nr-card__until">due in 11 days' not in html


def test_readers_hear_the_day_of_what_is_live_and_not_how_late_a_plan_is(client, owner, make_entry, make_piece):
    make_piece("Read me")
    make_entry("Gates", due_on=date(2026, 11, 20))
    client.force_login(owner)
    html = client.get(CALENDAR).content.decode()
    assert 'Read me<span class="w-sr-only">, Tuesday 10 November</span></a>' in html
    assert ("late</" in html, "due in" in html) == (False, False)


def test_held_room_says_its_day(client, editor, stage):
    client.force_login(editor)
    client.post("/admin/newsroom/room/add/", {"day": "2026-11-26", "width": "day", "stage": stage.pk})
    for view in ("month", "list"):
        html = client.get(CALENDAR, {"view": view}).content.decode()
        assert 'Room: Interest<span class="w-sr-only">, Thursday 26 November</span></a>' in html
