"""Saved views, feeds for calendar programs, and exports."""

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import pytest
import vobject
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.users.models import UserProfile

from cms import clock
from editorial import schedule
from editorial.calendar import feed
from editorial.models import CalendarFeed, SavedView

CALENDAR, KEPT = "/admin/newsroom/calendar/", "/admin/newsroom/calendar/kept/"


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 10, 23, 10, tzinfo=UTC))


def events(client, secret):
    """The feed as another program reads it: {title: event}. Without a session."""
    client.logout()
    answer = client.get(f"/calendar/{secret}.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "private" in answer["Cache-Control"]
    calendar = vobject.readOne(answer.content.decode())
    return {event.summary.value: event for event in getattr(calendar, "vevent_list", [])}


def publish_at(page, moment):
    type(page).objects.filter(pk=page.pk).update(first_published_at=moment)


def test_another_program_reads_days_as_days_and_moments_right_on_both_sides_of_a_clock_change(
    client, editor, make_entry, make_piece
):
    UserProfile.objects.create(user=editor, current_time_zone="Europe/Berlin")
    make_entry("A plan; with, signs\nin it" * 4, due_on=date(2026, 10, 25))
    publish_at(make_piece("Summer"), datetime(2026, 10, 24, 7, tzinfo=UTC))
    publish_at(make_piece("Winter"), datetime(2026, 10, 26, 8, tzinfo=UTC))
    _feed, secret = feed.subscribe(editor, name="Mine", query="")
    found = events(client, secret)
    plan = found["A plan; with, signs\nin it" * 4]
    assert (plan.dtstart.value, plan.dtend.value) == (date(2026, 10, 25), date(2026, 10, 26))
    berlin = ZoneInfo("Europe/Berlin")
    for title, day, hours in (("Summer", 24, 2), ("Winter", 26, 1)):
        at = found[title].dtstart.value.astimezone(berlin)
        assert (at.day, at.hour, at.utcoffset().total_seconds() / 3600) == (day, 9, hours)


def test_a_moment_before_midnight_is_a_plan_of_its_owners_day(client, editor, make_piece):
    UserProfile.objects.create(user=editor, current_time_zone="Europe/Berlin")
    publish_at(make_piece("Late at night"), datetime(2026, 10, 24, 22, 30, tzinfo=UTC))
    client.force_login(editor)
    week = {"view": "week", "on": "2026-10-25"}
    day = next(day for day in client.get(CALENDAR, week).context["layout"].days if day.cards)
    assert (day.date, client.get(CALENDAR).context["time_zone"]) == (date(2026, 10, 25), "Europe/Berlin")


def test_an_event_keeps_its_name_and_counts_up_when_it_is_moved(client, editor, make_entry):
    entry = make_entry("Moved", due_on=date(2026, 10, 25))
    _feed, secret = feed.subscribe(editor, name="Mine", query="")
    before = events(client, secret)["Moved"]
    schedule.move(entry, user=editor, version=1, due_on=date(2026, 11, 2))
    after = events(client, secret)["Moved"]
    assert (before.uid.value, before.sequence.value) == (after.uid.value, "1")
    assert (after.sequence.value, after.dtstart.value) == ("2", date(2026, 11, 2))


def test_a_program_that_has_the_feed_is_told_that_nothing_changed(client, editor, make_entry, later):
    entry = make_entry("Plan", due_on=date(2026, 10, 26))
    _feed, secret = feed.subscribe(editor, name="Mine", query="")
    first = client.get(f"/calendar/{secret}.ics")
    assert b"X-PUBLISHED-TTL:PT1H\r\n" in first.content
    later(minutes=61)
    has = {"if-none-match": first["ETag"]}
    again = client.get(f"/calendar/{secret}.ics", headers=has)
    assert (again.status_code, again.content) == (304, b"")
    schedule.move(entry, user=editor, version=1, due_on=date(2026, 10, 27))
    assert client.get(f"/calendar/{secret}.ics", headers=has).status_code == 200


def test_a_feed_shows_what_its_owner_may_see_and_what_it_was_made_of(client, editor, owner, make_entry, stage):
    make_entry("A webinar", due_on=date(2026, 10, 25), review_on=date(2026, 12, 1), format="webinar", stage=stage)
    make_entry("An article", due_on=date(2026, 10, 25))
    mine = feed.subscribe(editor, name="Webinars", query="format=webinar")[1]
    theirs = feed.subscribe(owner, name="All", query="format=webinar")[1]
    found = events(client, mine)
    assert set(found) == {"A webinar", "Look at again: A webinar"}
    assert "Interest" in found["A webinar"].description.value
    for_sales = events(client, theirs)
    assert set(for_sales) == {"A webinar", "An article"}  # titles and days, without filters
    assert [hasattr(for_sales["A webinar"], name) for name in ("description", "url")] == [False, False]


def test_an_ended_address_a_wrong_one_and_one_of_somebody_who_left_are_not_found(client, editor, owner, make_user):
    one, secret = feed.subscribe(editor, name="Mine", query="")
    assert len(secret) > 40
    assert secret not in str(CalendarFeed.objects.values().get())
    assert client.get("/calendar/guessed.ics").status_code == 404
    client.force_login(owner)
    assert client.post(reverse("editorial:forget", args=("feed", one.pk))).status_code == 404
    client.force_login(editor)
    assert client.post(reverse("editorial:forget", args=("feed", one.pk))).status_code == 302
    assert client.get(f"/calendar/{secret}.ics").status_code == 404
    gone = make_user("gone", "Editor")
    secret = feed.subscribe(gone, name="Mine", query="")[1]
    gone.is_active = False
    gone.save()
    assert client.get(f"/calendar/{secret}.ics").status_code == 404
    gone.is_active = True
    gone.save()
    gone.groups.clear()
    assert client.get(f"/calendar/{secret}.ics").status_code == 404


def test_a_feeds_address_is_shown_once(client, editor):
    client.force_login(editor)
    page = client.post(KEPT, {"name": "Mine", "feed": "", "query": "view=week&format=webinar"}).content.decode()
    assert page.count("/calendar/") > 1
    assert ".ics</code>" in page
    assert ".ics" not in client.get(KEPT).content.decode()
    assert CalendarFeed.objects.get().query == "view=week&format=webinar"


def test_a_view_is_kept_without_its_day_and_shared_ones_are_for_the_team(client, editor, marketer, owner, stranger):
    client.force_login(editor)
    page = client.get(KEPT, {"view": "board", "on": "2026-11", "format": "webinar"}).content.decode()
    assert 'value="view=board&amp;format=webinar"' in page
    for name, shared in (("Mine", ""), ("Ours", "on")):
        client.post(KEPT, {"name": name, "shared": shared, "view": "", "query": "view=board&on=2026-11&q=x"})
    again = client.post(KEPT, {"name": "Mine", "view": "", "query": ""})
    assert "You have a view of this name" in again.content.decode()
    assert [view.query for view in SavedView.objects.all()] == ["view=board&q=x"] * 2
    mine = SavedView.objects.get(name="Mine")
    assert [one.name for one in client.get(CALENDAR).context["kept"]] == ["Mine", "Ours"]
    client.force_login(marketer)
    assert [one.name for one in client.get(CALENDAR).context["kept"]] == ["Ours"]
    assert client.post(reverse("editorial:forget", args=("view", mine.pk))).status_code == 404
    client.force_login(stranger)
    assert client.post(KEPT, {"name": "No"}).url.startswith("/admin/login/")
    client.force_login(editor)
    client.post(reverse("editorial:forget", args=("view", mine.pk)))
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("title", ["=1+1", "+49 calls", "-5 degrees", "@home", "\tTab", "Plain"])
def test_an_exported_title_is_never_a_formula(client, editor, make_entry, stage, title):
    make_entry(title, due_on=date(2026, 10, 25), stage=stage)
    client.force_login(editor)
    answer = client.get(CALENDAR, {"export": "csv"})
    assert answer["Content-Disposition"] == 'attachment; filename="calendar-2026-10.csv"'
    head, line = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    assert (head[:2], line[:2]) == (["Day", "Title"], ["2026-10-25", title if title == "Plain" else f"'{title}"])
    sheet = load_workbook(BytesIO(client.get(CALENDAR, {"export": "xlsx", "view": "board"}).content)).active
    assert (sheet["B2"].value, sheet["B2"].data_type, sheet["E2"].value) == (title, "s", "Interest")


def test_an_export_is_what_the_screen_shows_to_that_person(client, editor, owner, make_entry):
    make_entry("A webinar", due_on=date(2026, 10, 25), format="webinar")
    make_entry("An article", due_on=date(2026, 10, 26))
    make_entry("Next month", due_on=date(2026, 11, 26))
    client.force_login(editor)
    assert client.get(CALENDAR, {"export": "csv", "format": "webinar"}).content.count(b"\r\n") == 2
    client.force_login(owner)
    lines = client.get(CALENDAR, {"export": "csv"}).content.decode("utf-8-sig").splitlines()
    assert lines == ["Day,Title", "2026-10-25,A webinar", "2026-10-26,An article"]
