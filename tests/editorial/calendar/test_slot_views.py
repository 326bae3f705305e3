"""Held room on the calendar's screens, in its feed and file, and what a person does with it."""

from datetime import UTC, date, datetime

import pytest
from icalendar import Calendar

from cms import clock
from editorial import slots
from editorial.calendar import feed
from editorial.models import Entry, Slot, SlotRule

CALENDAR, JSON = "/admin/newsroom/calendar/", {"headers": {"Accept": "application/json"}}
VIEWS = ("month", "week", "list", "board")


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 10, tzinfo=UTC))


@pytest.fixture
def slot(marketer, stage):
    return slots.hold(Slot(stage=stage, day=date(2026, 11, 25), width="day", note="A strike, a law"), user=marketer)


def address(slot, verb=""):
    return f"/admin/newsroom/room/{slot.pk}/{verb}"


@pytest.mark.parametrize("view", VIEWS)
def test_every_shape_draws_open_room(client, editor, slot, view):
    client.force_login(editor)
    page = client.get(CALENDAR, {"view": view}).content.decode()
    assert ("Room: Interest" in page, "Plan a piece here" in page, "Open, soon" in page) == (True, True, True)


def test_filled_and_passed_room_say_so(client, editor, marketer, slot, stage, make_entry):
    slots.fill(slot, make_entry("Doors in winter"), user=marketer, version=1)
    slots.hold(Slot(stage=stage, day=date(2026, 11, 3), width="day"), user=marketer)
    client.force_login(editor)
    page = client.get(CALENDAR).content.decode()
    assert ("Filled: Doors in winter" in page, "Passed, not filled" in page) == (True, True)
    assert client.get(CALENDAR, {"view": "board"}).context["room"] == []


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({}, True), ({"lane": "slot"}, True), ({"lane": "due"}, False), ({"stage": "here"}, True),
        ({"step": "idea"}, False),
        ({"shelf_life": "timely"}, True), ({"shelf_life": "evergreen"}, False), ({"q": "strike"}, True),
        ({"q": "interest"}, True), ({"q": "nothing"}, False), ({"topic": "topic"}, False), ({"format": "video"}, False),
    ],
)  # fmt: skip
def test_filters_narrow_room_too(client, editor, slot, topic, asked, seen):
    client.force_login(editor)
    rows = {"here": slot.stage_id, "topic": topic.pk}
    page = client.get(CALENDAR, {name: rows.get(value, value) for name, value in asked.items()}).content.decode()
    assert ("data-fill" in page) == seen


def test_a_piece_planned_here_is_tagged_and_fills_the_room(client, editor, slot):
    client.force_login(editor)
    form = client.get("/admin/newsroom/entries/add/", {"slot": slot.pk})
    assert "This piece will fill" in form.content.decode()
    said = form.context["form"].initial
    assert (said["stage"], said["due_on"], said["shelf_life"]) == (slot.stage, slot.day, "timely")
    values = {"title": "The strike", "stage": slot.stage_id, "due_on": "2026-11-25", "format": "article"}
    client.post("/admin/newsroom/entries/add/", values | {"shelf_life": "timely", "step": "idea", "slot": slot.pk})
    assert slots.held().get(pk=slot.pk).entry == Entry.objects.get(title="The strike")
    assert client.get("/admin/newsroom/entries/add/", {"slot": "999999"}).status_code == 404


def test_an_entry_dropped_on_room_fills_it_and_undo_opens_it(client, editor, slot, make_entry):
    entry = make_entry("Doors in winter", due_on=date(2026, 11, 30))
    client.force_login(editor)
    answer = client.post(address(slot, "fill/"), {"entry": entry.pk, "entry_version": 1, "version": 1}, **JSON).json()
    assert answer == {
        "text": "“Doors in winter” fills Room: Interest.", "version": 2, "undo": {"entry": "", "back_to": "2026-11-30"},
    }  # fmt: skip
    stale = client.post(address(slot, "fill/"), {"entry": entry.pk, "version": 1}, **JSON)
    assert (stale.status_code, "Nothing was saved" in stale.json()["text"]) == (409, True)
    client.post(address(slot, "fill/"), answer["undo"] | {"version": 2}, **JSON)
    entry.refresh_from_db()
    assert (slots.held().get(pk=slot.pk).entry, entry.due_on) == (None, date(2026, 11, 30))


def test_without_a_script_room_is_filled_emptied_changed_and_given_up(client, editor, slot, make_entry):
    entry = make_entry("Doors in winter")
    client.force_login(editor)
    assert "Doors in winter" in client.get(address(slot)).content.decode()
    client.post(address(slot, "fill/"), {"entry": entry.pk, "version": 1})
    assert "Take it out" in client.get(address(slot)).content.decode()
    page = client.post(address(slot, "fill/"), {"entry": "", "version": 1}, follow=True).content.decode()
    assert "Nothing was saved" in page
    changed = {"stage": slot.stage_id, "day": "2026-12-03", "width": "week", "version": 2, "note": ""}
    assert client.post(address(slot), changed).status_code == 302
    assert client.post(address(slot), changed).status_code == 409
    client.post(address(slot, "release/"), {"version": 3})
    assert (slots.held().count(), client.get(address(slot)).status_code) == (0, 404)
    assert Slot.objects.get().day == date(2026, 11, 30)


def test_room_is_moved_by_the_address_that_moves_everything(client, editor, slot):
    client.force_login(editor)
    move = f"/admin/newsroom/move/slot/{slot.pk}/slot/"
    assert client.get(move).status_code == 200
    answer = client.post(move, {"day": "2026-11-27", "version": 1}, **JSON).json()
    assert (answer["version"], answer["undo"]) == (2, {"day": "2026-11-25"})
    assert client.post(move, {"day": "2026-11-27", "version": 1}, **JSON).status_code == 409
    assert client.post(move, {"pick": "none", "version": 2}, **JSON).status_code == 400
    assert client.post(f"/admin/newsroom/move/slot/{slot.pk}/due/", {"version": 2}).status_code == 404
    assert "question" in client.post(move, {"day": "2026-11-02", "version": 2}, **JSON).json()


def test_holding_room_by_hand_and_by_rule(client, editor, stage):
    client.force_login(editor)
    assert client.get("/admin/newsroom/room/add/", {"day": "2026-12-09"}).context["form"].initial["day"].day == 9
    client.post("/admin/newsroom/room/add/", {"stage": stage.pk, "day": "2026-12-09", "width": "week"})
    assert Slot.objects.get().day == date(2026, 12, 7)
    said = {"name": "Scoops", "stages": [stage.pk], "every": "month", "begins_on": "2026-12-15"}
    assert client.post("/admin/newsroom/room-rules/new/", said).status_code == 302
    rule = SlotRule.objects.get()
    assert rule.slots.count() == 4
    client.post(f"/admin/newsroom/room-rules/edit/{rule.pk}/", said | {"ends_on": "2027-01-31"})
    assert rule.slots.count() == 2


def test_a_salesperson_reads_that_there_is_room_and_when_but_no_more(client, owner, slot):
    client.force_login(owner)
    page = client.get(CALENDAR, {"view": "list"}).content.decode()
    assert "Room for something timely" in page
    assert [word for word in ("Interest", "strike", "/room/", "Plan a piece") if word in page] == []
    for path in (address(slot), address(slot, "fill/"), address(slot, "release/"), "/admin/newsroom/room/add/"):
        assert client.post(path, {"version": 1})["Location"] == "/admin/"  # Wagtail's way to say no
    assert slots.held().get() == slot


def test_the_feed_holds_open_room_as_tentative_and_the_file_a_line(client, editor, owner, marketer, slot, make_entry):
    def events(user):
        _feed, secret = feed.subscribe(user, name="Mine", query="")
        found = Calendar.from_ical(client.get(f"/calendar/{secret}.ics").content).walk("VEVENT")
        return [(str(one["summary"]), str(one["status"]), one["dtend"].dt.isoformat()) for one in found]

    assert events(editor) == [("Room: Interest", "TENTATIVE", "2026-11-26")]
    assert events(owner) == [("Room for something timely", "TENTATIVE", "2026-11-26")]
    client.force_login(editor)
    lines = client.get(CALENDAR, {"view": "list", "export": "csv"}).content.decode().splitlines()
    assert '2026-11-25,Room: Interest,Held room,"Open, soon",Interest,,,Timely,,' in lines
    slots.fill(slot, make_entry("Doors in winter"), user=marketer, version=1)
    assert [title for title, *_ in events(editor)] == ["Doors in winter"]
