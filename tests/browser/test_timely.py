"""Held room, the mix, interests and searches in Chromium: by mouse, by keyboard, in both themes and on a phone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from cms import policy
from cms.models import BuyingStage, Topic
from editorial import schedule, slots
from editorial.models import Entry, Interest, MixTarget, Slot
from tests.browser.conftest import NARROW, login, overflows, violations
from tracking.models import Event

CALENDAR = "/admin/newsroom/calendar/"
INTERESTS, MIX = "/admin/newsroom/interests/", "/admin/newsroom/mix/"
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
    held = page.locator(".nr-cell-day--today").get_by_role("link", name=re.compile("^Room: Choice ?,"))
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
    page.get_by_role("link", name=re.compile("^Room: Choice ?,")).press("Enter")
    page.get_by_role("button", name="Take it out").press("Enter")
    page.get_by_role("link", name="Plan a piece here Room: Choice").press("Enter")
    page.get_by_label("Title").fill("The strike")
    page.keyboard.press("Enter")
    page.get_by_text("Filled: The strike").wait_for()
    scoop = Entry.objects.get(title="The strike")
    assert (filled_by(slot), scoop.stage, scoop.shelf_life) == (scoop, slot.stage, "timely")
    scoop.delete()


@pytest.fixture
def aims(marketer, entry):
    """A neglected topic, a missed target and five pieces for today, gone after the test."""
    topic = Topic.objects.create(slug="b-excursions", name="Excursions")
    interest = Interest.objects.create(topic=topic, every_weeks=2)
    target = MixTarget.objects.create(
        share_of="approach:product", bound="at_most", percent=25, valid_from=timezone.localdate().replace(day=1)
    )
    today = timezone.localdate()
    entries = Entry.objects.bulk_create(
        Entry(title=f"About the product {n}", approach="product", due_on=today) for n in range(5)
    )
    yield interest
    for one in (*entries, target, interest, topic):
        one.delete()


def test_a_figure_of_the_mix_leads_to_its_pieces_and_a_neglected_topic_to_a_plan(site, page, aims):
    page.goto(site.url + CALENDAR)
    page.get_by_text("Too many: 5 of 5 are product, target at most 25 %").click()
    page.get_by_role("row", name="Product").get_by_role("link").press("Enter")
    page.wait_for_url("**approach=product**")
    assert page.locator(".nr-line").count() == 5
    page.goto(site.url + CALENDAR)
    page.get_by_role("link", name="Plan a piece Excursions").press("Enter")
    assert page.get_by_label("Excursions").is_checked()
    page.get_by_label("Title").fill("What a warm door costs")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("^What a warm door costs ?,")).wait_for()
    assert page.get_by_text("A topic is neglected").count() == 0
    Entry.objects.get(title="What a warm door costs").delete()


def test_a_search_in_vain_stands_among_the_interests_without_the_address_in_it(site, page, new_page, aims):
    reader = new_page()
    reader.goto(f"{site.url}/search/?q=dry+ice+petra%40northpier.example")
    searched = Event.objects.filter(kind="site_searched")
    site.wait_until(searched.exists, 40)
    event = searched.get()
    assert (event.properties, event.url) == ({"words": "dry ice", "results": 0}, f"{site.url}/search/")
    page.goto(site.url + INTERESTS)
    line = page.get_by_role("listitem").filter(has_text="dry ice")
    assert "1 search" in line.inner_text()
    line.get_by_role("link", name="Plan a piece").press("Enter")
    assert page.get_by_label("Title").input_value() == "dry ice"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screens_are_accessible_in_both_themes(site, new_page, slot, stage, aims, theme):
    Slot.objects.create(stage=stage, day=timezone.localdate() - timedelta(days=1), width="day")
    page = new_page(color_scheme=theme)
    login(page, site, "marketer")
    own, add = f"/admin/newsroom/room/{slot.pk}/", "/admin/newsroom/room/add/"
    lists = [f"/admin/newsroom/{name}/new/" for name in ("room-rules", "mix-targets", "interest-list")]
    for path in (CALENDAR, LIST, BOARD, own, add, INTERESTS, MIX, "/admin/newsroom/coverage/", "/admin/", *lists):
        page.goto(site.url + path)
        page.evaluate("document.querySelectorAll('.nr-mix').forEach((one) => (one.open = true))")
        assert (path, violations(page)) == (path, [])


def test_screens_fit_a_phone(site, new_page, slot, aims):
    page = new_page(viewport=NARROW)
    login(page, site, "marketer")
    for path in (
        CALENDAR,
        LIST,
        BOARD,
        f"/admin/newsroom/room/{slot.pk}/",
        "/admin/newsroom/room/add/",
        INTERESTS,
        MIX,
    ):
        page.goto(site.url + path)
        page.evaluate("document.querySelectorAll('.nr-mix').forEach((one) => (one.open = true))")
        assert (path, overflows(page)) == (path, False)
