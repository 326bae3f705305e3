"""Planning in Chromium: the quarter by mouse and keys, steps that go along, and the reason for a hasty draft."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cms import policy
from editorial import interviews, links, schedule, work
from editorial.models import BriefPoint, Entry, Interview
from tests.browser.conftest import NARROW, login, overflows, violations
from tests.browser.test_newsroom import drag, press
from tests.browser.test_newsroom_keys import read_again

CALENDAR = "/admin/newsroom/calendar/"
QUARTER, BOARD, LIST = (f"{CALENDAR}?view={view}" for view in ("quarter", "board", "list"))
CARD = '.nr-card[data-title="Doors in winter"]'


@pytest.fixture
def marketer(site, page):
    return login(page, site, "marketer", policy.MARKETER)


@pytest.fixture
def entry(site, marketer):
    """An entry for the middle of the next quarter, with a step two days before, gone after the test."""
    today = timezone.localdate()
    day = today.replace(day=15) + timedelta(days=92)
    made = schedule.plan(Entry(title="Doors in winter", step="assigned", due_on=day), user=marketer)
    work.assign(made, user=marketer, name="Interview", due_on=day - timedelta(days=2))
    yield made
    made.delete()


def stands(entry):
    entry.refresh_from_db()
    return entry.due_on, entry.assignments.get().due_on


def of_quarter(entry):
    return f"{QUARTER}&on={entry.due_on:%Y-%m}"


def test_a_card_is_dragged_to_another_week_of_the_quarter_and_keeps_its_weekday(site, page, entry):
    page.goto(site.url + of_quarter(entry))
    day = entry.due_on
    lists = page.locator(".nr-week .nr-cards")
    here = page.locator(f".nr-week .nr-cards:has({CARD})").get_attribute("data-week")
    weeks = [lists.nth(n).get_attribute("data-week") for n in range(lists.count())]
    target = weeks.index(here) + 2
    heights = "[...document.querySelectorAll('.nr-week')].map(week => week.offsetHeight)"
    before = page.evaluate(heights)
    drag(page, page.locator(CARD), lists.nth(target))
    page.get_by_text("“Doors in winter” is moved to").wait_for()
    assert lists.nth(target).locator(CARD).count() == 1
    assert (stands(entry)[0], page.evaluate(heights)) == (day + timedelta(days=14), before)
    page.get_by_role("button", name="Undo").click()
    lists.nth(target - 2).locator(CARD).wait_for()
    assert stands(entry)[0] == day
    with read_again(page):
        drag(page, page.locator(CARD), page.get_by_role("region", name="No day yet").locator(".nr-cards"))
    page.get_by_text("is moved to “No day yet”").wait_for()
    first = date.fromisoformat(lists.nth(3).get_attribute("data-first"))
    drag(page, page.locator(CARD), lists.nth(3))
    page.get_by_text(f"“Doors in winter” is moved to {first.day} ").wait_for()
    assert stands(entry)[0] == first


def test_by_keys_a_card_goes_to_the_next_week_and_a_row_on(site, page, entry):
    page.goto(site.url + of_quarter(entry))
    day = entry.due_on
    row = page.evaluate(
        "() => { const all = [...document.querySelectorAll('.nr-week')];"
        "return all.filter((one) => one.offsetTop === all[0].offsetTop).length; }"
    )
    page.locator(f"{CARD} .nr-card__title").focus()
    for key in (" ", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.get_by_text("“Doors in winter” is moved to").wait_for()
    assert stands(entry)[0] == day + timedelta(days=7)
    page.wait_for_function("document.activeElement.textContent.includes('Doors in winter')")
    for key in (" ", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    site.wait_until(lambda: stands(entry)[0] != day + timedelta(days=7), 10)
    assert (row > 1, stands(entry)[0]) == (True, day + timedelta(days=7 - 7 * row))


def test_the_dialog_takes_the_steps_along_and_undo_brings_both_back(site, page, entry):
    page.goto(site.url + of_quarter(entry))
    day = entry.due_on
    press(page, page.get_by_role("link", name="Move to… Doors in winter"))
    page.get_by_label("Move its open steps by as many days").check()
    assert violations(page) == []
    press(page, page.get_by_role("button", name="One week later"))
    page.get_by_text("“Doors in winter” and 1 step are moved to").wait_for()
    assert stands(entry) == (day + timedelta(days=7), day + timedelta(days=5))
    page.get_by_role("button", name="Undo").click()
    page.get_by_text(f"moved to {day.day} ").wait_for()
    assert stands(entry) == (day, day - timedelta(days=2))


def test_the_dialog_gives_an_entry_to_somebody_and_undo_takes_it_back(site, page, entry, marketer):
    page.goto(site.url + of_quarter(entry))
    press(page, page.get_by_role("link", name="Move to… Doors in winter"))
    page.get_by_label("Give it to").select_option("marketer")
    assert violations(page) == []
    press(page, page.get_by_role("button", name="Give", exact=True))
    page.get_by_text("“Doors in winter” is marketer’s now.").wait_for()
    entry.refresh_from_db()
    assert entry.assignee == marketer
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("“Doors in winter” is nobody’s now.").wait_for()


def test_the_dialog_renames_changes_the_step_with_a_note_and_shows_the_brief(site, page, entry):
    page.goto(site.url + of_quarter(entry))
    press(page, page.get_by_role("link", name="Move to… Doors in winter"))
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_label("Step", exact=True).input_value() == "assigned"
    press(page, dialog.locator("summary"))
    dialog.get_by_text("Answer, assign or talk").wait_for()
    assert violations(page) == []
    dialog.get_by_label("Note").fill("The guide was asked for")
    press(page, dialog.get_by_label("Note"))  # Enter there presses nothing
    dialog.get_by_label("Title").fill("Doors in spring")
    press(page, dialog.get_by_label("Title"))
    page.get_by_text("“Doors in winter” is called “Doors in spring” now.").wait_for()
    page.wait_for_function("document.activeElement.textContent.includes('Doors in spring')")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("is called “Doors in winter” now.").wait_for()
    press(page, page.get_by_role("link", name="Move to… Doors in winter"))
    assert dialog.get_by_label("Note").input_value() == ""
    dialog.get_by_label("Step", exact=True).select_option("Review")
    press(page, dialog.get_by_role("button", name="Put it there"))
    page.get_by_text("“Doors in winter” is at “Review” now.").wait_for()
    entry.refresh_from_db()
    logged = schedule.log_registry.get_logs_for_instance(entry)
    noted = [line.data["note"] for line in logged if line.data.get("note")]
    assert (entry.step, noted) == ("review", ["The guide was asked for"])


def test_chosen_in_the_list_entries_are_shifted_together_and_undone(site, page, entry, marketer):
    other = schedule.plan(Entry(title="Windows in winter", due_on=entry.due_on), user=marketer)
    page.goto(f"{site.url}{LIST}&on={entry.due_on:%Y-%m}")
    day = entry.due_on
    for title in ("Doors", "Windows"):
        page.get_by_label(f"Choose: {title} in winter").check()
    press(page, page.get_by_role("button", name="Shift the chosen…"))
    page.get_by_role("button", name="Shift them").wait_for()
    assert (violations(page), overflows(page)) == ([], False)
    press(page, page.get_by_role("button", name="Shift them"))
    page.get_by_text("2 entries are shifted: 7 days.").wait_for()
    other.refresh_from_db()
    assert (stands(entry), other.due_on) == (
        (day + timedelta(days=7), day + timedelta(days=5)),
        day + timedelta(days=7),
    )
    press(page, page.get_by_role("button", name="Undo"))
    page.get_by_text("2 entries are shifted: -7 days.").wait_for()
    assert stands(entry) == (day, day - timedelta(days=2))
    other.delete()


def test_on_the_board_drafting_asks_why_while_a_needed_question_is_open(site, page, entry):
    BriefPoint.objects.filter(sort_order=1).update(needed=True)
    page.goto(site.url + BOARD)
    drafting = page.locator('.nr-cards[data-step="drafting"]')
    drag(page, page.locator(CARD), drafting)
    page.get_by_text("“Doors in winter” is not ready for drafting.").wait_for()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator(f'.nr-cards[data-step="assigned"] {CARD}').wait_for()
    entry.refresh_from_db()
    assert entry.step == "assigned"
    drag(page, page.locator(CARD), drafting)
    page.get_by_role("button", name="Begin all the same").click()  # the browser asks for the reason
    page.get_by_label("Why all the same").fill("The frost is here")
    page.keyboard.press("Enter")
    page.get_by_text("“Doors in winter” is at “Drafting” now.").wait_for()
    assert entry.waivers.get().reason == "The frost is here"
    BriefPoint.objects.update(needed=False)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screens_are_accessible_in_both_themes_and_fit_a_phone(site, new_page, entry, theme):
    BriefPoint.objects.filter(sort_order=1).update(needed=True)
    page = new_page(color_scheme=theme)
    login(page, site, "marketer")
    shift, brief = f"/admin/newsroom/shift/?entry={entry.pk}", f"/admin/newsroom/entries/{entry.pk}/brief/"
    for path in (of_quarter(entry), QUARTER, shift, brief):
        page.goto(site.url + path)
        assert (path, violations(page)) == (path, [])
    page.set_viewport_size(NARROW)
    for path in (of_quarter(entry), QUARTER, shift, brief):
        page.goto(site.url + path)
        assert (path, overflows(page)) == (path, False)
    BriefPoint.objects.update(needed=False)


def test_a_quarter_prints_all_its_weeks(site, page, entry):
    page.goto(site.url + of_quarter(entry))
    page.emulate_media(media="print")
    assert page.locator(".nr-week").last.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.locator(".nr-bar__nav").is_visible() is False


def test_a_brief_is_kept_while_it_is_typed_and_somebody_elses_answer_is_told(site, page, entry, marketer):
    page.goto(f"{site.url}/admin/newsroom/entries/{entry.pk}/brief/")
    point = BriefPoint.objects.get(text="Which expert do we ask?")
    box = page.get_by_label("Which expert do we ask?")
    line = page.locator(".nr-brief li", has=box)
    box.press_sequentially("Ines")
    line.get_by_text("Kept.").wait_for()
    assert (entry.answers.get(point=point).text, line.get_attribute("class")) == ("Ines", "nr-brief__answered")
    assert page.locator("[data-open-points]").inner_text() == "3 questions open"
    work.answer(entry, point, "Omar", user=marketer, before="Ines")
    box.press_sequentially(" and the night shift")
    line.get_by_text("Somebody answered meanwhile: “Omar”.").wait_for()
    assert (entry.answers.get(point=point).text, violations(page)) == ("Omar", [])
    assert [error for error in page.errors if "409" not in error] == []
    page.errors.clear()  # the browser notes the refused request
    line.get_by_role("button", name="Keep mine").press("Enter")
    line.get_by_text("Kept.").wait_for()
    assert entry.answers.get(point=point).text == "Ines and the night shift"
    box.fill("Nobody yet")
    page.goto(f"{site.url}/admin/newsroom/calendar/")  # who leaves does not wait
    site.wait_until(lambda: entry.answers.get(point=point).text == "Nobody yet", 10)


def test_without_a_script_the_brief_is_saved_by_its_button(site, new_page, entry):
    page = new_page(java_script_enabled=False)
    login(page, site, "marketer")
    page.goto(f"{site.url}/admin/newsroom/entries/{entry.pk}/brief/")
    page.get_by_label("Which expert do we ask?").fill("Ines")
    page.get_by_role("button", name="Save Which expert do we ask?").click()
    assert page.get_by_label("Which expert do we ask?").input_value() == "Ines"
    assert entry.answers.get().text == "Ines"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_expert_answers_and_judges_a_quote_by_their_link_without_account_or_script(
    site, page, new_page, entry, marketer, theme
):
    asked = interviews.ask(
        entry, user=marketer, name="Ada Outside", role="Night shift", email="ada@partner.example",
        questions=["Who is woken?"],
    )  # fmt: skip
    interviews.quote(asked, "We stopped guessing.", user=marketer)
    Interview.objects.update(digest=links.digest("sesame"))
    looking = new_page(color_scheme=theme, viewport=NARROW)
    looking.goto(f"{site.url}/expert/sesame/")
    assert (violations(looking), overflows(looking)) == ([], False)
    expert = new_page(java_script_enabled=False)
    expert.goto(f"{site.url}/expert/sesame/")
    expert.get_by_label("Or in your own wording").fill("We guess no longer.")
    expert.get_by_role("button", name="Quote me with this wording").click()
    expert.get_by_label("Who is woken?").fill("Mostly me.")
    expert.get_by_role("button", name="Keep my answers").click()
    assert expert.get_by_text("Kept. Thank you.").is_visible()
    page.goto(f"{site.url}/admin/newsroom/entries/{entry.pk}/brief/")
    assert page.get_by_text("Mostly me.").is_visible()
    assert page.get_by_text("“We guess no longer.” Corrected").is_visible()
    page.get_by_text("Ask an expert").click()
    new, ends = page.locator(".nr-interviews__new"), "one => one.getBoundingClientRect().right"
    assert max(field.evaluate(ends) for field in new.locator("input:visible").all()) <= new.evaluate(ends)
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_role("button", name="Take the link back").click()
    expert.reload()
    assert expert.get_by_text("The link was taken back.").is_visible()
