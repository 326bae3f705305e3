"""Held room in Chromium: filled by mouse and by keyboard, undone, read on a phone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cms import policy
from cms.models import BuyingStage
from editorial import schedule, slots
from editorial.models import Entry, Slot
from tests.browser.conftest import NARROW, login, overflows, violations

CALENDAR = "/admin/newsroom/calendar/"
WEEK, LIST, BOARD = (f"{CALENDAR}?view={view}" for view in ("week", "list", "board"))


@pytest.fixture(scope="module")
def stage(site):
    return BuyingStage.objects.create(slug="b-choice", name="Choice", definition="They choose.", sort_order=999)


@pytest.fixture
def marketer(site, page):
    return login(page, site, "marketer", policy.MARKETER)


@pytest.fixture
def slot(marketer, stage):
    """Room today, gone after the test."""
    made = slots.hold(Slot(stage=stage, day=timezone.localdate(), width="day"), user=marketer)
    yield made
    made.delete()


@pytest.fixture
def entry(marketer, stage):
    """An entry without a day, gone after the test."""
    made = schedule.plan(Entry(title="Doors in winter", stage=stage), user=marketer)
    yield made
    made.delete()


def filled_by(slot):
    slot.refresh_from_db()
    return slot.entry


def test_an_entry_dropped_on_held_room_fills_it_and_undo_opens_it_again(site, page, slot, entry):
    page.goto(site.url + WEEK)
    card, room = page.locator('.nr-card[data-title="Doors in winter"]'), page.locator("[data-fill]")
    card.scroll_into_view_if_needed()
    begin, end = card.bounding_box(), room.bounding_box()
    page.mouse.move(begin["x"] + begin["width"] / 2, begin["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=12)
    for _try in range(3):  # the card that is carried may have pushed the room down
        end = room.bounding_box()
        page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=4)
    page.mouse.up()
    page.get_by_text("“Doors in winter” fills Room: Choice.").wait_for()
    page.get_by_text("Filled: Doors in winter").wait_for()
    entry.refresh_from_db()
    assert (filled_by(slot), entry.due_on) == (entry, timezone.localdate())
    page.get_by_role("button", name="Undo").click()
    page.locator("[data-fill]").wait_for()
    entry.refresh_from_db()
    assert (filled_by(slot), entry.due_on) == (None, None)


def test_by_keys_room_is_moved_filled_and_a_piece_is_planned_in_it(site, page, slot, entry):
    page.goto(site.url + WEEK)
    held = page.locator(".nr-cell-day--today").get_by_role("link", name="Room: Choice", exact=True)
    later = page.locator(".nr-cell-day--today + .nr-cell-day").count()
    held.focus()
    for key in (" ", "ArrowRight" if later else "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    if not later:
        page.get_by_role("button", name="Move it").press("Enter")
    page.get_by_text("“Room: Choice” is moved to").wait_for()
    page.keyboard.press("Control+z")
    held.wait_for()
    held.press("Enter")
    page.get_by_label("Or fill it with").focus()
    page.keyboard.type("Doors")
    page.get_by_role("button", name="Fill it").press("Enter")
    page.get_by_text("Filled: Doors in winter").wait_for()
    page.get_by_role("link", name="Room: Choice", exact=True).press("Enter")
    page.get_by_role("button", name="Take it out").press("Enter")
    page.get_by_role("link", name="Plan a piece here Room: Choice").press("Enter")
    page.get_by_label("Title").fill("The strike")
    page.keyboard.press("Enter")
    page.get_by_text("Filled: The strike").wait_for()
    scoop = Entry.objects.get(title="The strike")
    assert (filled_by(slot), scoop.stage, scoop.shelf_life) == (scoop, slot.stage, "timely")
    scoop.delete()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screens_are_accessible_in_both_themes(site, new_page, slot, stage, theme):
    Slot.objects.create(stage=stage, day=timezone.localdate() - timedelta(days=1), width="day")
    page = new_page(color_scheme=theme)
    login(page, site, "marketer")
    own, add = f"/admin/newsroom/room/{slot.pk}/", "/admin/newsroom/room/add/"
    for path in (CALENDAR, LIST, BOARD, own, add, "/admin/newsroom/room-rules/new/"):
        page.goto(site.url + path)
        assert (path, violations(page)) == (path, [])


def test_screens_fit_a_phone(site, new_page, slot):
    page = new_page(viewport=NARROW)
    login(page, site, "marketer")
    for path in (CALENDAR, LIST, BOARD, f"/admin/newsroom/room/{slot.pk}/", "/admin/newsroom/room/add/"):
        page.goto(site.url + path)
        assert (path, overflows(page)) == (path, False)
