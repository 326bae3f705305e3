"""Months and how a month is laid out."""

from datetime import UTC, date, datetime

import pytest

from cms.models import AssetPage
from editorial.calendar.month import Line, Month, lay_out
from editorial.models import Entry

TODAY = date(2026, 11, 23)
NOVEMBER = Month(date(2026, 11, 1))


@pytest.mark.parametrize(
    ("month", "previous", "following", "last"),
    [
        ("2026-01", "2025-12", "2026-02", 31),
        ("2024-02", "2024-01", "2024-03", 29),
        ("2026-12", "2026-11", "2027-01", 31),
    ],
)
def test_a_month_knows_its_neighbours(month, previous, following, last):
    month = Month.parse(month)
    assert (str(month.previous), str(month.next), month.last.day) == (previous, following, last)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "soon", "0001-01", "9999-12", "2026-11-03"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError, match=r"month|does not match|unconverted"):
        Month.parse(text)


def entry(title, due_on, step="assigned", page=None):
    return Entry(title=title, due_on=due_on, step=step, page=page)


def test_late_comes_before_planned_and_planned_before_done():
    live = AssetPage(pk=1, title="Done", first_published_at=datetime(2026, 11, 20, 9, tzinfo=UTC))
    entries = [
        entry("Done", date(2026, 11, 18), "published", live),
        entry("b planned", TODAY),
        entry("a planned", TODAY),
        entry("late", date(2026, 11, 20)),
        entry("from October", date(2026, 10, 30)),
        entry("no day", None),
        entry("dropped", date(2026, 11, 20), "dropped"),
    ]
    layout = lay_out(
        NOVEMBER, entries, [AssetPage(title="Unplanned", first_published_at=live.first_published_at)], TODAY
    )
    assert [(day.date.day, day.today, [line.title for line in day.lines]) for day in layout.days] == [
        (20, False, ["late", "dropped", "Done", "Unplanned"]),
        (23, True, ["a planned", "b planned"]),
    ]
    assert [(line.title, line.days_late) for line in layout.earlier] == [("from October", 24)]
    assert ([line.title for line in layout.unscheduled], layout.overdue) == (["no day"], 2)
    assert [line.planned_elsewhere for line in layout.days[0].lines] == [None, None, date(2026, 11, 18), None]


def test_today_stands_in_its_month_even_with_nothing_on_it():
    layout = lay_out(NOVEMBER, [], [], TODAY)
    assert ([(day.date, day.lines) for day in layout.days], layout.empty) == ([(TODAY, [])], True)
    assert lay_out(NOVEMBER.next, [], [], TODAY).days == []


def test_a_live_piece_without_an_entry_is_published():
    assert Line("A piece", TODAY).published is True
