"""The calendar as a quarter: a cell a week, for the planning meeting."""

import re
from datetime import UTC, date, datetime

import pytest

from cms import clock
from editorial.calendar import layout
from editorial.calendar.cards import Card, Lane
from editorial.calendar.dated import Plan
from editorial.calendar.span import Quarter, read

CALENDAR = "/admin/newsroom/calendar/"
TODAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 25, 10, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "first", "last", "weeks"),
    [
        (date(2026, 11, 23), date(2026, 10, 1), date(2026, 12, 31), 14),
        (date(2027, 3, 31), date(2027, 1, 1), date(2027, 3, 31), 14),
        (date(2028, 2, 29), date(2028, 1, 1), date(2028, 3, 31), 14),
        (date(2029, 1, 1), date(2029, 1, 1), date(2029, 3, 31), 13),
    ],
)
def test_a_quarter_is_three_months_and_shows_the_whole_weeks_that_it_touches(day, first, last, weeks):
    quarter = Quarter.of(day)
    assert (quarter.first, quarter.last, read(str(quarter), Quarter)) == (first, last, quarter)
    assert (quarter.next.previous, quarter.previous.next) == (quarter, quarter)
    shown = layout.quarter(quarter, [], day).days
    assert (len(shown), shown[0].date <= first, shown[-1].last >= last) == (weeks, True, True)


def test_weeks_hold_their_cards_by_day_and_know_where_what_has_no_day_is_put():
    days = [date(2026, 11, 29), date(2026, 11, 23), None]
    found = [Card(f"{n}", Lane.DUE, day, Plan(n, "", "idea", day, None, None, None)) for n, day in enumerate(days)]
    weeks = {week.date: week for week in layout.quarter(Quarter.of(TODAY), found, TODAY).days}
    here = weeks[date(2026, 11, 23)]
    assert ([card.title for card in here.shown], here.today, here.past) == (["1", "0"], True, False)
    assert (here.number, weeks[date(2026, 12, 28)].number) == (48, 53)
    assert (here.first_left, weeks[date(2026, 11, 30)].first_left) == (TODAY, date(2026, 11, 30))


def test_a_full_week_leads_to_the_week_with_the_same_filters(client, editor, make_entries, stage):
    make_entries(15, due_on=date(2026, 12, 2), stage=stage)
    client.force_login(editor)
    page = client.get(CALENDAR, {"view": "quarter", "stage": stage.pk, "on": "2026-10"}).content.decode()
    assert page.count('data-card="entry-') == layout.WEEK_HOLDS == 12
    address, words = re.search(r'class="nr-week__more" href="([^"]+)">([^<]+)<', page).groups()
    assert words == "+3 more"
    week = client.get(address.replace("&amp;", "&"))
    assert sum(len(day.cards) for day in week.context["layout"].days) == 15
    assert (week.context["shape"], str(week.context["span"])) == ("week", "2026-11-30")


def test_of_a_full_week_what_is_planned_is_shown_before_what_is_done(client, editor, make_piece, make_entries):
    for n in range(layout.WEEK_HOLDS):
        make_piece(f"Done {n}", on=(2026, 11, 23))
    make_entries(3, title="Planned", due_on=date(2026, 11, 27))
    client.force_login(editor)
    weeks = client.get(CALENDAR, {"view": "quarter"}).context["layout"].days
    (week,) = [week for week in weeks if week.today]
    titles = [card.title for card in week.shown]
    assert ([title for title in titles if "Done" not in title], len(titles), week.hidden) == (
        ["Planned 0000", "Planned 0001", "Planned 0002"], 12, 3,
    )  # fmt: skip
    assert titles[-1] == "Planned 0002"  # by day all the same


def test_its_mix_leads_to_the_same_quarter_and_an_empty_one_says_so(client, editor, make_entries):
    make_entries(5, due_on=date(2026, 10, 2), approach="product")
    client.force_login(editor)
    answer = client.get(CALENDAR, {"view": "quarter", "mix": "open"})
    assert answer.context["mix"]["meter"].total == 5
    urls = [line.url for part in answer.context["mix"]["meter"].parts for line in part.lines]
    assert all("view=quarter&on=2026-10" in url for url in urls)
    assert (
        "Nothing is planned for this quarter."
        in client.get(CALENDAR, {"view": "quarter", "on": "2031-01"}).content.decode()
    )


def test_a_salesperson_reads_titles_and_days_of_the_quarter(client, owner, make_entry, stage):
    make_entry("A title with a day", due_on=date(2026, 12, 3), stage=stage)
    client.force_login(owner)
    page = client.get(CALENDAR, {"view": "quarter"}).content.decode()
    assert ("A title with a day" in page, "Thu 3</time>" in page) == (True, True)
    assert [word for word in ("Interest", "Move to", "Plan a piece", "entries/") if word in page] == []
