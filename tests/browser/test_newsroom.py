"""The newsroom's screens in Chromium: the way from a gap to a published piece, moving with undo, reading on a phone."""

import re
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from cms import policy
from cms.models import AssetPage, BuyingStage, HomePage, Persona, User
from editorial import schedule
from editorial.models import CoverageLevels, Entry
from tests.browser.conftest import NARROW, login, overflows, violations
from tracking.models import AssetDay

CALENDAR, COVERAGE = "/admin/newsroom/calendar/", "/admin/newsroom/coverage/"
LIST, BOARD, WEEK = (f"{CALENDAR}?view={view}" for view in ("list", "board", "week"))


@pytest.fixture(scope="module")
def stage(site):
    return BuyingStage.objects.create(slug="b-choice", name="Choice", definition="They choose.", sort_order=999)


@pytest.fixture(scope="module")
def persona(site):
    return Persona.objects.create(slug="b-buyer", name="Careful buyer")


@pytest.fixture
def marketer(site, page):
    return login(page, site, "marketer", policy.MARKETER)


@pytest.fixture
def entry(site, marketer, stage, persona):
    """An entry for today, gone after the test."""
    made = schedule.plan(
        Entry(title="Doors in winter", stage=stage, due_on=timezone.localdate()), user=marketer, personas=[persona]
    )
    yield made
    made.delete()


def press(page, locator, key="Enter"):
    """Reach it by keyboard and press a key."""
    locator.focus()
    page.keyboard.press(key)


@pytest.mark.skipif(
    not apps.is_installed("wagtail.contrib.typed_table_block"),
    reason="the page editor cannot load its table block: INSTALLED_APPS lacks wagtail.contrib.typed_table_block",
)
def test_from_a_red_cell_to_a_published_tracked_piece_that_turns_it_green(
    site, page, new_page, marketer, stage, persona
):
    """By keyboard, and read by somebody: the ledger counts them, and the piece's scorecard says so."""
    CoverageLevels.objects.create(enough_from=1)
    page.goto(site.url + COVERAGE)
    cell = page.locator(f'[data-cell="{stage.pk}-{persona.pk}"]')
    assert cell.locator(".nr-cell__state").inner_text() == "None"
    assert "nr-cell--none" in cell.get_attribute("class")
    press(page, cell.get_by_role("link", name="Plan a piece here"))
    page.get_by_label("Title").focus()
    page.keyboard.type("Choosing without regret")
    page.keyboard.press("Enter")
    page.wait_for_url(site.url + COVERAGE)
    assert cell.get_by_role("link", name="1 planned").count() == 1

    page.goto(site.url + LIST)
    press(page, page.get_by_role("button", name="Start draft Choosing without regret"))
    page.wait_for_url("**/admin/pages/*/edit/")
    draft = AssetPage.objects.get(title="Choosing without regret")
    assert (draft.primary_stage, list(draft.personas.all()), draft.live) == (stage, [persona], False)
    press(page, page.get_by_role("button", name="More actions"))
    press(page, page.get_by_role("button", name="Publish", exact=True))
    page.get_by_text("has been published").wait_for()

    page.goto(site.url + COVERAGE)
    assert cell.locator(".nr-cell__state").inner_text() == "Enough"
    assert "nr-cell--enough" in cell.get_attribute("class")
    assert cell.get_by_role("link", name="1 live").count() == 1
    assert Entry.objects.get(title="Choosing without regret").step == "published"

    reader = new_page()
    reader.goto(f"{site.url}/{draft.slug}/")
    assert reader.get_by_role("heading", name="Choosing without regret").count() == 1
    site.wait_until(lambda: AssetDay.objects.filter(asset=draft.pk, views=1).exists(), 40)
    page.goto(f"{site.url}/admin/pages/{draft.pk}/edit/")
    press(page, page.get_by_role("button", name="Toggle scorecard"))
    assert page.locator(".nr-score div", has_text="Views").locator("dd").inner_text() == "1"
    CoverageLevels.objects.all().delete()


@pytest.fixture
def today(page):
    """Today's cell; the calendar is open."""
    return page.locator(".nr-cell-day--today")


def day_of(entry):
    entry.refresh_from_db()
    return entry.due_on


def drag(page, card, place):
    """By mouse, from the middle of one to the middle of the other, as a hand does it: in steps."""
    card.scroll_into_view_if_needed()
    begin, end = card.bounding_box(), place.bounding_box()
    page.mouse.move(begin["x"] + begin["width"] / 2, begin["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=12)
    page.mouse.up()


def test_a_card_dropped_on_a_day_lands_on_the_day_under_the_pointer_and_undo_brings_it_back(site, page, entry):
    page.goto(site.url + WEEK)
    today, days = timezone.localdate(), page.locator(".nr-cell-day .nr-cards")
    other = 6 if days.nth(6).get_attribute("data-day") != f"{today}" else 5
    target = date.fromisoformat(days.nth(other).get_attribute("data-day"))
    card = page.locator('.nr-card[data-title="Doors in winter"]')
    heights = "[...document.querySelectorAll('.nr-cell-day')].map(cell => cell.offsetHeight)"
    before = page.evaluate(heights)
    drag(page, card, days.nth(other))
    if target < today:
        page.get_by_role("button", name="Move it").click()
    page.get_by_text("“Doors in winter” is moved to").wait_for()
    page.wait_for_function("document.activeElement.textContent.includes('Doors in winter')")
    assert days.nth(other).get_by_role("link", name=re.compile("^Doors in winter ?,")).count() == 1
    assert (day_of(entry), page.evaluate(heights)) == (target, before)
    page.get_by_role("button", name="Undo").click()
    page.locator(".nr-cell-day--today").get_by_role("link", name=re.compile("^Doors in winter ?,")).wait_for()
    assert day_of(entry) == today
    drag(page, card, page.get_by_role("region", name="No day yet").locator(".nr-cards"))
    page.get_by_text("is moved to “No day yet”").wait_for()
    assert day_of(entry) is None


def test_the_dialog_moves_and_gives_the_focus_back_and_a_conflict_is_told(site, page, entry, marketer):
    page.goto(site.url + CALENDAR)
    opener = page.get_by_role("link", name="Move to… Doors in winter")
    press(page, opener)
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "nr-card__move"
    schedule.move(entry, user=marketer, version=1, due_on=None)
    press(page, opener)
    press(page, page.get_by_role("button", name="One day later"))
    page.get_by_text("changed “Doors in winter” after you opened it").wait_for()
    page.get_by_role("region", name="No day yet").get_by_role("link", name="Doors in winter", exact=True).wait_for()
    assert (day_of(entry), [text for text in page.errors if "409" not in text]) == (None, [])
    page.errors.clear()  # the browser notes the refused request
    press(page, opener)
    press(page, page.get_by_role("button", name="One day later"))
    page.get_by_text("“Doors in winter” is moved to").wait_for()
    assert day_of(entry) == timezone.localdate() + timedelta(days=1)


def test_on_the_board_a_card_changes_its_step_and_a_plus_plans_with_a_title(site, page, entry, today):
    page.goto(site.url + BOARD)
    drag(page, page.locator('.nr-card[data-title="Doors in winter"]'), page.locator('.nr-cards[data-step="brief"]'))
    page.get_by_text("“Doors in winter” is at “Brief” now.").wait_for()
    entry.refresh_from_db()
    assert entry.step == "brief"
    page.goto(site.url + CALENDAR)
    press(page, today.get_by_role("link", name="Plan a piece"))
    page.get_by_label("Working title").fill("A scoop")
    page.keyboard.press("Enter")
    today.get_by_role("link", name=re.compile("^A scoop ?,")).wait_for()
    Entry.objects.get(title="A scoop", due_on=timezone.localdate()).delete()


def test_filtering_and_the_next_month_keep_each_other(site, page, entry, stage):
    page.goto(site.url + CALENDAR)
    page.get_by_placeholder("Search…").fill("doors")
    page.wait_for_url("**q=doors*")
    for _ in range(2):  # the next month's first week may still hold today
        before = page.url
        page.get_by_role("link", name="Next", exact=True).click()
        page.wait_for_url(lambda url, before=before: url != before)
    assert page.get_by_placeholder("Search…").input_value() == "doors"
    page.get_by_text("fits the search and the filters.").wait_for()
    page.get_by_role("link", name="Today").first.click()
    page.get_by_role("link", name=re.compile("^Doors in winter ?,")).wait_for()
    page.wait_for_function("document.querySelector('#nr-today').getBoundingClientRect().top < 800")  # scrolled to


def test_what_is_alike_is_listed_while_the_title_is_typed(site, page, marketer, entry):
    page.goto(f"{site.url}/admin/newsroom/entries/add/")
    page.get_by_label("Title").press_sequentially("Winter and other doors")
    page.get_by_role("complementary").get_by_role("link", name="Doors in winter").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screens_are_accessible_in_both_themes(site, new_page, entry, theme):
    page = new_page(color_scheme=theme)
    login(page, site, "marketer")
    move, edit = f"/admin/newsroom/move/entry/{entry.pk}/due/", f"/admin/newsroom/entries/{entry.pk}/"
    for path in (CALENDAR, LIST, BOARD, COVERAGE, "/admin/newsroom/entries/add/", move, edit):
        page.goto(site.url + path)
        assert (path, violations(page)) == (path, [])


def test_screens_fit_a_phone(site, new_page, entry):
    page = new_page(viewport=NARROW)
    login(page, site, "marketer")
    for path in (CALENDAR, WEEK, LIST, BOARD, COVERAGE, "/admin/newsroom/entries/add/", "/admin/"):
        page.goto(site.url + path)
        assert (path, overflows(page)) == (path, False)


def test_a_salesperson_reads_the_plan_without_buttons(site, new_page, entry):
    late = timezone.localdate() - timedelta(days=40)
    schedule.plan(Entry(title="Late and private", due_on=late), user=User.objects.get(username="marketer"))
    page = new_page()
    login(page, site, "salesperson", policy.SALESPERSON)
    page.goto(site.url + CALENDAR)
    assert page.get_by_text("Doors in winter", exact=True).count() == 1
    assert page.locator("main form[method=post], main a[href*='/entries/']").count() == 0
    assert HomePage.objects.count() == 1
