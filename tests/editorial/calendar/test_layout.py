"""Spans of days, the cards on them, and how they are laid out."""

from datetime import UTC, date, datetime
from itertools import count

import pytest
from django.utils import timezone

from cms.models import AssetPage
from editorial.calendar import cards, layout
from editorial.calendar.span import Month, Span, Week, read
from editorial.models import Entry

TODAY = date(2026, 11, 23)
NOVEMBER = Month.of(TODAY)


@pytest.mark.parametrize(
    ("month", "previous", "following", "last"),
    [
        ("2026-01", "2025-12", "2026-02", 31),
        ("2024-02", "2024-01", "2024-03", 29),
        ("2026-12", "2026-11", "2027-01", 31),
    ],
)
def test_a_month_knows_its_neighbours(month, previous, following, last):
    month = read(month, Month)
    assert (str(month.previous), str(month.next), month.last.day) == (previous, following, last)


def test_a_week_runs_over_the_ends_of_months_and_years():
    week = read("2026-12-31", Week)
    assert (str(week), str(week.previous), str(week.next)) == ("2026-12-28", "2026-12-21", "2027-01-04")
    assert (week.name, Week.of(TODAY).name) == ("28 December 2026 – 3 January 2027", "23 – 29 November 2026")


@pytest.mark.parametrize(("start", "first", "last"), [(1, (10, 26), (12, 6)), (0, (11, 1), (12, 5))])
def test_the_grid_is_whole_weeks_that_begin_as_the_installation_says(settings, start, first, last):
    settings.WEEK_START = start
    grid = NOVEMBER.grid
    assert ((grid.first.month, grid.first.day), (grid.last.month, grid.last.day)) == (first, last)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "soon", "0001-01", "9999-12", "2026-11-31"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match=r"time|does not match|unconverted|day"):
        read(text, Month)


NUMBERS = count(1)


def entry(title, due_on, step="assigned", page=None, **fields):
    fields.setdefault("pk", next(NUMBERS))
    return Entry(title=title, due_on=due_on, step=step, page=page, **fields)


def live(pk=1, **fields):
    return AssetPage(pk=pk, title="Done", first_published_at=datetime(2026, 11, 20, 9, tzinfo=UTC), **fields)


@pytest.mark.django_db
def test_late_comes_before_planned_and_planned_before_done():
    entries = [
        entry("Done", date(2026, 11, 18), "published", live()),
        entry("b planned", TODAY),
        entry("a planned", TODAY),
        entry("late", date(2026, 11, 20)),
        entry("from October", date(2026, 10, 15)),
        entry("no day", None),
        entry("dropped", date(2026, 11, 20), "dropped"),
    ]
    found = [*cards.of_entries(entries, {}, TODAY), *cards.of_pages([live(2)], {})]
    listed = layout.listed(NOVEMBER, found, TODAY)
    assert [(day.date.day, day.today, [card.title for card in day.cards]) for day in listed.days] == [
        (20, False, ["late", "dropped", "Done", "Done"]),
        (23, True, ["a planned", "b planned"]),
    ]
    assert [(card.title, card.days_late) for card in listed.earlier] == [("from October", 39)]
    assert ([card.title for card in listed.unscheduled], listed.overdue) == (["no day"], 2)
    assert [card.planned_elsewhere for card in listed.days[0].cards] == [None, None, date(2026, 11, 18), None]
    grid = layout.grid(NOVEMBER, found, TODAY)
    assert ([len(week) for week in grid.weeks], grid.days[28].today, grid.days[0].inside) == ([7] * 6, True, False)


@pytest.mark.django_db
def test_a_plan_stands_on_its_day_until_the_page_has_a_real_one():
    page, at = AssetPage(pk=7, title="Page", live=False), datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    waiting = {7: at}
    drafted = entry("Drafted", date(2026, 11, 25), "drafting", page)
    scheduled = entry("Scheduled", date(2026, 11, 25), "scheduled", page)
    with timezone.override("Europe/Berlin"):
        found = [*cards.of_entries([drafted, scheduled], waiting, TODAY)]
    assert [(card.lane, card.day, card.at) for card in found] == [
        ("due", date(2026, 11, 25), None), ("publish", date(2026, 11, 27), at),
    ]  # fmt: skip


@pytest.mark.django_db
def test_expiry_and_the_next_look_have_cards_of_their_own():
    page = live(expire_at=datetime(2027, 1, 5, tzinfo=UTC), review_by=date(2026, 12, 1))
    planned = entry("Planned", None, "published", page, review_on=date(2026, 12, 8))
    by_lane = {card.lane: card for card in cards.of_entries([planned], {}, TODAY)}
    assert {lane: (card.day, card.movable) for lane, card in by_lane.items()} == {
        "publish": (date(2026, 11, 20), False),
        "expire": (date(2027, 1, 5), True),
        "review": (date(2026, 12, 8), True),
    }
    alone = {card.lane: (card.day, card.movable) for card in cards.of_pages([page], {})}
    assert alone["review"] == (date(2026, 12, 1), False)  # a date of the page itself is changed on the page


def test_today_stands_in_its_month_even_with_nothing_on_it():
    listed = layout.listed(NOVEMBER, [], TODAY)
    assert ([(day.date, day.cards) for day in listed.days], listed.empty) == ([(TODAY, [])], True)
    assert layout.listed(NOVEMBER.next, [], TODAY).days == []


def test_a_long_list_goes_on_behind_its_last_card_and_nothing_comes_twice():
    days = [date(2026, 11, 24), date(2026, 11, 25), date(2026, 11, 26)]
    found = [*cards.of_entries([entry(f"{day} {n}", day) for day in days for n in range(150)], {}, TODAY)]
    listed = layout.listed(NOVEMBER, found, TODAY)
    assert [len(day.cards) for day in listed.days] == [0, 100]
    read = [card.title for card in listed.cards]
    while rest := listed.rest_from:
        left = [one for one in found if one.day >= rest.day]
        listed = layout.listed(Span(rest.day, NOVEMBER.last), left, TODAY, rest.key)
        read += [card.title for card in listed.cards]
    assert sorted(read) == sorted(card.title for card in found)
    gone = layout.listed(Span(days[2], NOVEMBER.last), found[300:], TODAY, "entry-999-due")
    assert [len(day.cards) for day in gone.days] == [100]
    assert [(day.hidden, len(day.shown)) for day in layout.grid(NOVEMBER, found, TODAY).days if day.cards] == [
        (144, 6), (144, 6), (144, 6),
    ]  # fmt: skip


def test_an_empty_today_behind_a_full_list_stands_on_the_next_page():
    days = [date(2026, 11, 2)] * layout.LIST_HOLDS + [date(2026, 11, 30)]
    found = [*cards.of_entries([entry(f"{n}", day) for n, day in enumerate(days)], {}, TODAY)]
    listed = layout.listed(NOVEMBER, found, TODAY)
    assert [(day.date, len(day.cards)) for day in listed.days] == [(days[0], 100)]
    rest = listed.rest_from
    listed = layout.listed(Span(rest.day, NOVEMBER.last), found, TODAY, rest.key)
    assert [(day.date, len(day.cards)) for day in listed.days] == [(days[0], 0), (TODAY, 0), (days[-1], 1)]
    assert listed.rest_from is None


def test_a_board_has_a_card_for_each_entry_however_many_dates_it_has():
    entries = [
        entry("One", TODAY, "review", review_on=TODAY),
        entry("Two", None, "idea"),
        entry("No", None, "dropped"),
    ]
    columns = layout.board(cards.of_entries(entries, {}, TODAY), 30)
    assert [(column.step, [card.title for card in column.cards]) for column in columns] == [
        ("idea", ["Two"]), ("brief", []), ("assigned", []), ("drafting", []), ("review", ["One"]),
        ("scheduled", []), ("published", []),
    ]  # fmt: skip
    assert [column.by_hand for column in columns] == [True] * 5 + [False] * 2


def test_a_column_stands_by_day_and_says_when_it_goes_on():
    days = [date(2026, 12, day) for day in (4, 1, 3, 2)]
    entries = [entry(f"{4 - n}", day, "idea") for n, day in enumerate(days)]
    column = layout.board(cards.of_entries(entries, {}, TODAY), 3)[0]
    assert ([card.day.day for card in column.cards], column.goes_on) == ([1, 2, 3], True)
    assert layout.board(cards.of_entries(entries, {}, TODAY), 4)[0].goes_on is False
