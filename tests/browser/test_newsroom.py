"""The newsroom's screens in Chromium: the way from a gap to a published piece, moving with undo, reading on a phone."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from cms import policy
from cms.models import AssetPage, BuyingStage, HomePage, Persona, User
from editorial import schedule
from editorial.models import Entry
from tests.browser.conftest import NARROW, login, overflows, violations

CALENDAR, COVERAGE = "/admin/newsroom/calendar/", "/admin/newsroom/coverage/"


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
def test_from_a_gap_to_a_published_piece_by_keyboard(site, page, marketer, stage, persona):
    page.goto(site.url + COVERAGE)
    cell = page.locator(f'[data-cell="{stage.pk}-{persona.pk}"]')
    assert cell.locator(".nr-cell__state").inner_text() == "None"
    press(page, cell.get_by_role("link", name="Plan a piece here"))
    page.get_by_label("Title").focus()
    page.keyboard.type("Choosing without regret")
    page.keyboard.press("Enter")
    page.wait_for_url(site.url + COVERAGE)
    assert cell.get_by_role("link", name="1 planned").count() == 1

    page.goto(site.url + CALENDAR)
    press(page, page.get_by_role("button", name="Start draft Choosing without regret"))
    page.wait_for_url("**/admin/pages/*/edit/")
    draft = AssetPage.objects.get(title="Choosing without regret")
    assert (draft.primary_stage, list(draft.personas.all()), draft.live) == (stage, [persona], False)
    press(page, page.get_by_role("button", name="More actions"))
    press(page, page.get_by_role("button", name="Publish", exact=True))
    page.get_by_text("has been published").wait_for()

    page.goto(site.url + COVERAGE)
    assert cell.locator(".nr-cell__state").inner_text() == "Thin"
    assert cell.get_by_role("link", name="1 live").count() == 1
    assert Entry.objects.get(title="Choosing without regret").step == "published"


def test_a_move_is_undone_from_its_message(site, page, entry):
    page.goto(site.url + CALENDAR)
    press(page, page.get_by_role("link", name="Move to… Doors in winter"))
    press(page, page.get_by_role("button", name="No day yet"))
    page.get_by_text("“Doors in winter” is moved to").wait_for()
    lane = page.get_by_role("region", name="No day yet")
    assert lane.get_by_role("link", name="Doors in winter", exact=True).count() == 1
    press(page, page.get_by_role("button", name="Undo"))
    page.get_by_text("“Doors in winter” is moved to").wait_for()
    entry.refresh_from_db()
    assert (entry.due_on, entry.version) == (timezone.localdate(), 3)


def test_filtering_and_the_next_month_keep_each_other(site, page, entry, stage):
    page.goto(site.url + CALENDAR)
    page.get_by_placeholder("Search…").fill("doors")
    page.wait_for_url("**q=doors*")
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**month=*")
    assert page.get_by_placeholder("Search…").input_value() == "doors"
    assert page.get_by_text("Nothing in this month fits the search and the filters.").count() == 1
    page.get_by_role("link", name="Today").first.click()
    page.get_by_role("link", name="Doors in winter", exact=True).wait_for()


def test_what_is_alike_is_listed_while_the_title_is_typed(site, page, marketer, entry):
    page.goto(f"{site.url}/admin/newsroom/entries/add/")
    page.get_by_label("Title").press_sequentially("Winter and other doors")
    page.get_by_role("complementary").get_by_role("link", name="Doors in winter").wait_for()


@pytest.mark.parametrize("path", [CALENDAR, COVERAGE, "/admin/newsroom/entries/add/", "move", "edit"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screens_are_accessible_in_both_themes(site, new_page, entry, path, theme):
    page = new_page(color_scheme=theme)
    login(page, site, "marketer")
    named = {"move": f"/admin/newsroom/entries/{entry.pk}/move/", "edit": f"/admin/newsroom/entries/{entry.pk}/"}
    page.goto(site.url + named.get(path, path))
    assert violations(page) == []


@pytest.mark.parametrize("path", [CALENDAR, COVERAGE, "/admin/newsroom/entries/add/", "/admin/"])
def test_screens_fit_a_phone(site, new_page, entry, path):
    page = new_page(viewport=NARROW)
    login(page, site, "marketer")
    page.goto(site.url + path)
    assert not overflows(page)


def test_a_salesperson_reads_the_plan_without_buttons(site, new_page, entry):
    late = timezone.localdate() - timedelta(days=40)
    schedule.plan(Entry(title="Late and private", due_on=late), user=User.objects.get(username="marketer"))
    page = new_page()
    login(page, site, "salesperson", policy.SALESPERSON)
    page.goto(site.url + CALENDAR)
    assert page.get_by_text("Doors in winter", exact=True).count() == 1
    assert page.locator("main form[method=post], main a[href*='/entries/']").count() == 0
    assert HomePage.objects.count() == 1
