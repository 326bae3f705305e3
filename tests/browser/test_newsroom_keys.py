"""The calendar by keys: cards picked up, carried, put in order and taken back, also while the server is slow."""

import contextlib
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from cms import policy
from editorial import schedule
from editorial.models import Entry
from tests.browser.conftest import login
from tests.browser.test_newsroom import CALENDAR, WEEK, day_of, press


@pytest.fixture
def marketer(site, page):
    return login(page, site, "marketer", policy.MARKETER)


@pytest.fixture
def entry(site, marketer):
    """An entry for today, gone after the test."""
    made = schedule.plan(Entry(title="Doors in winter", due_on=timezone.localdate()), user=marketer)
    yield made
    made.delete()


@pytest.fixture
def today(page):
    """Today's cell; the calendar is open."""
    return page.locator(".nr-cell-day--today")


@contextlib.contextmanager
def read_again(page):
    """After it the calendar was read anew, as it is once a move has been answered."""
    page.evaluate("document.querySelector('[data-calendar]').isOld = true")
    yield
    page.wait_for_function("!document.querySelector('[data-calendar]')?.isOld")


def test_by_keys_a_card_is_picked_up_carried_put_down_and_taken_back(site, page, entry, today):
    page.goto(site.url + WEEK)
    press(page, today.get_by_role("link", name=re.compile("^Doors in winter ?,")), " ")
    there, back = ("ArrowRight", 1) if page.locator(".nr-cell-day--today + .nr-cell-day").count() else ("ArrowLeft", -1)
    page.keyboard.press(there)
    page.keyboard.press("Escape")
    assert today.get_by_role("link", name=re.compile("^Doors in winter ?,")).is_visible()
    for key in (" ", there, "Enter"):
        page.keyboard.press(key)
    if back < 0:
        press(page, page.get_by_role("button", name="Move it"))
    page.get_by_text("“Doors in winter” is moved to").wait_for()
    assert day_of(entry) == timezone.localdate() + timedelta(days=back)
    page.wait_for_function("document.activeElement.textContent.includes('Doors in winter')")
    page.keyboard.press("Control+z")
    today.get_by_role("link", name=re.compile("^Doors in winter ?,")).wait_for()
    assert day_of(entry) == timezone.localdate()


def test_a_card_stays_in_the_hand_while_the_calendar_is_read_again(site, page, entry):
    """However slow the server: picked up before the last move is answered, or before its screen is here."""
    day = timezone.localdate() + timedelta(days=7)
    page.goto(f"{site.url}{WEEK}&on={day}")
    first = date.fromisoformat(page.locator(".nr-cell-day .nr-cards").first.get_attribute("data-day"))
    schedule.move(entry, user=entry.created_by, version=1, due_on=first)
    page.goto(f"{site.url}{WEEK}&on={day}")
    page.evaluate("""() => {
        const real = window.fetch, later = () => new Promise((done) => setTimeout(done, 500));
        window.fetch = (...asked) => later().then(() => real(...asked));
    }""")
    held = page.locator('.nr-card--held[data-title="Doors in winter"]')
    press(page, page.get_by_role("link", name=re.compile("^Doors in winter ?,")), " ")
    for key in ("ArrowRight", "Enter", " ", "ArrowRight"):  # the first move is not answered yet
        page.keyboard.press(key)
    page.get_by_text("“Doors in winter” is moved to").wait_for()
    page.wait_for_timeout(900)  # by now the calendar would have been read again
    assert (held.count(), day_of(entry)) == (1, first + timedelta(days=1))
    for key in ("ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_timeout(700)  # answered, and not here yet
    page.keyboard.press(" ")
    page.wait_for_timeout(900)
    assert (held.count(), day_of(entry)) == (1, first + timedelta(days=3))
    with read_again(page):
        page.keyboard.press("Escape")  # what came meanwhile is read when it is put down
    page.wait_for_function("document.activeElement.textContent.includes('Doors in winter')")
    assert held.count() == 0
    page.keyboard.press("Control+z")
    page.wait_for_function("document.querySelector('#nr-toast').textContent.includes('moved')")
    page.wait_for_timeout(1200)
    assert day_of(entry) == first + timedelta(days=1)


def test_plans_of_a_day_are_put_in_order_by_mouse_and_by_keys(site, page, entry, today, marketer):
    second = schedule.plan(Entry(title="Gates in spring", due_on=timezone.localdate()), user=marketer)
    cards = "[...document.querySelectorAll('.nr-cell-day--today .nr-card')].map(card => card.dataset.title)"
    titles = f"{cards}.filter(title => ['Doors in winter', 'Gates in spring'].includes(title))"  # others plan too
    page.goto(site.url + CALENDAR)
    assert page.evaluate(titles) == ["Doors in winter", "Gates in spring"]
    page.locator('.nr-card[data-title="Gates in spring"]').scroll_into_view_if_needed()
    begin = page.locator('.nr-card[data-title="Gates in spring"]').bounding_box()
    end = page.locator('.nr-card[data-title="Doors in winter"]').bounding_box()
    page.mouse.move(begin["x"] + 30, begin["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 30, end["y"] + 4, steps=15)
    page.wait_for_function(f"{titles}.join() === 'Gates in spring,Doors in winter'")
    with read_again(page):
        page.mouse.up()
        page.get_by_text("“Gates in spring” is number 1 of").wait_for()
    page.wait_for_function("document.activeElement.textContent.includes('Gates in spring')")
    assert page.evaluate(titles) == ["Gates in spring", "Doors in winter"]
    press(page, today.get_by_role("link", name=re.compile("^Gates in spring ?,")), " ")
    page.keyboard.press("Shift+ArrowDown")
    with read_again(page):
        page.keyboard.press("Enter")
        page.get_by_text("“Gates in spring” is number 2 of").wait_for()
    page.wait_for_function("document.activeElement.textContent.includes('Gates in spring')")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function(f"{titles}.join() === 'Gates in spring,Doors in winter'")
    second.delete()
