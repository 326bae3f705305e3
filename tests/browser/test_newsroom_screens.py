"""Every screen of the newsroom in the dark theme, wide and on a phone; and a plan that comes in by keyboard alone."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from cms import clock, policy
from cms.models import AssetPage, BuyingStage, HomePage, Job, Persona, Scorecard, Topic
from editorial import coverage_recount, schedule, slots, snapshots, work
from editorial.models import BriefPoint, Entry, Interest, MixTarget, Slot
from tests.browser.conftest import NARROW, WIDE, login, overflows, violations

NEWSROOM = "/admin/newsroom"
SHEET = """Title,Due,Stage,Topic
Doors of a plan %s,2027-03-04,Choice,Doors
Nobody knows its stage,2027-03-05,Wonder,Doors
"""


@pytest.fixture(scope="module")
def stage(site):
    return BuyingStage.objects.create(slug="b-choice", name="Choice", definition="They choose.", sort_order=999)


@pytest.fixture
def marketer(site, page):
    return login(page, site, "marketer", policy.MARKETER)


@pytest.fixture
def plan(marketer, stage):
    """Something of everything: an entry with steps and talk, late and undated ones, room, pieces, interests, aims."""
    today = timezone.localdate()
    persona, _ = Persona.objects.get_or_create(slug="b-buyer", defaults={"name": "Careful buyer"})
    topic, _ = Topic.objects.get_or_create(slug="b-doors", defaults={"name": "Doors"})
    entry = schedule.plan(Entry(title="Doors in winter", stage=stage, due_on=today), user=marketer, personas=[persona])
    for title, day in (("Late doors", today - timedelta(days=9)), ("Doors some day", None)):
        schedule.plan(Entry(title=title, stage=stage, due_on=day), user=marketer, topics=[topic])
    BriefPoint.objects.get_or_create(text="Whose real example?", defaults={"sort_order": 900})
    work.assign(entry, user=marketer, name="Ask the hinge maker", assignee=marketer, due_on=today)
    work.say(entry, user=marketer, text="No pictures of snow.", is_decision=True)
    slot = slots.hold(Slot(stage=stage, day=today, width="day"), user=marketer)
    Interest.objects.get_or_create(topic=topic, defaults={"every_weeks": 6, "owner": marketer})
    aim = {"bound": "at_most", "percent": 20, "valid_from": today}
    MixTarget.objects.get_or_create(share_of="approach:product", defaults=aim)
    home = HomePage.objects.get()
    for n in range(2):
        piece = home.add_child(
            instance=AssetPage(title=f"All about doors {n}", primary_stage=stage, for_all_personas=True)
        )
        piece.save_revision().publish()
        counted = {"readers": 9, "placed": 9, "relevant": 8 - n, "counted_at": clock.now()}
        Scorecard.objects.update_or_create(asset=piece, days=90, defaults=counted)
    coverage_recount.recount()
    snapshots.keep()
    return entry, slot


def screens(entry, slot):
    calendar = [f"{NEWSROOM}/calendar/?view={view}" for view in ("month", "week", "list", "board")]
    of_entry = [f"{NEWSROOM}/entries/{entry.pk}/{name}" for name in ("", "brief/", "drop/", "history/")]
    lists = [f"{NEWSROOM}/{name}/" for name in ("room-rules", "mix-targets", "interest-list", "brief-questions")]
    coverage = [f"{NEWSROOM}/coverage/{name}/" for name in ("live", "weak", "drafts", "planned")]
    compared = f"{NEWSROOM}/coverage/?against={timezone.localdate():%Y-%m}"
    return [
        *calendar, *of_entry, *lists, *coverage, compared, f"{NEWSROOM}/calendar/kept/", f"{NEWSROOM}/entries/add/",
        f"{NEWSROOM}/move/entry/{entry.pk}/due/", f"{NEWSROOM}/room/{slot.pk}/", f"{NEWSROOM}/room/add/",
        f"{NEWSROOM}/interests/", f"{NEWSROOM}/mix/", f"{NEWSROOM}/plan/", "/admin/",
        f"{NEWSROOM}/calendar/?view=month&q=nothing-is-called-this", f"{NEWSROOM}/calendar/?on=soon",
    ]  # fmt: skip


def test_every_screen_is_accessible_in_the_dark_wide_and_on_a_phone(site, new_page, plan):
    for size in (WIDE, NARROW):
        page = new_page(viewport=size, color_scheme="dark")
        login(page, site, "marketer")
        for path in screens(*plan):
            page.goto(site.url + path)
            page.evaluate("document.querySelectorAll('details:not(.nr-more)').forEach((one) => (one.open = true))")
            found = (size["width"], path, violations(page), overflows(page))
            assert found == (size["width"], path, [], False)
            if (menu := page.locator("details.nr-more")).count():
                menu.evaluate("one => (one.open = true)")
                assert (path, violations(page, "target-size")) == (path, [])  # an open menu lies over what is below


def test_on_paper_the_plan_is_whole_and_dark_on_white_without_buttons(site, new_page, plan):
    page = new_page(viewport={"width": 1050, "height": 400}, color_scheme="dark")
    login(page, site, "marketer")
    page.emulate_media(media="print", color_scheme="dark")
    look = """one => ({
        below: one.getBoundingClientRect().bottom - document.documentElement.scrollHeight,
        beyond: one.getBoundingClientRect().right - innerWidth,
        brightest: Math.max(...getComputedStyle(one).color.match(/\\d+/g).slice(0, 3)),
    })"""
    for path, last in (
        ("calendar/", ".nr-cell-day"),
        ("calendar/?view=board", ".nr-column"),
        ("coverage/", ".nr-map__row"),
    ):
        page.goto(f"{site.url}{NEWSROOM}/{path}")
        found = page.locator(last).last.evaluate(look)
        assert (path, found["below"] <= 0, found["beyond"] <= 0, found["brightest"] < 120) == (path, True, True, True)
        assert page.locator("#wagtail-sidebar, main .button, .nr-cell__plan").filter(visible=True).count() == 0, path


def look_beside_the_editor(page, site, piece):
    """What axe finds, and whether it scrolls sideways, with each of our panels open."""
    page.goto(f"{site.url}/admin/pages/{piece.pk}/edit/")
    for name in ("brief", "scorecard"):
        page.locator(f'[data-side-panel-toggle="{name}"]').first.focus()
        page.keyboard.press("Enter")
        page.locator(f'[data-side-panel="{name}"]').wait_for()
        page.wait_for_timeout(700)  # half faded in or out, Wagtail's tooltip has no contrast
        yield name, violations(page), overflows(page)


def test_brief_and_scorecard_beside_the_page_editor_are_accessible_in_both_themes(site, new_page, marketer, plan):
    """With a brief and figures, and of a page that nobody planned and nobody read."""
    entry, home = plan[0], HomePage.objects.get()
    planned = schedule.start_draft(entry, marketer)
    Scorecard.objects.update_or_create(asset=planned, days=90, defaults={"readers": 9, "counted_at": clock.now()})
    bare = home.add_child(instance=AssetPage(title="Nobody planned it", live=False))
    for size, theme in product((WIDE, NARROW), ("light", "dark")):
        page = new_page(viewport=size, color_scheme=theme)
        login(page, site, "marketer")
        found = [(piece.title, *one) for piece in (planned, bare) for one in look_beside_the_editor(page, site, piece)]
        assert (size["width"], theme, [one for one in found if one[2:] != ([], False)]) == (size["width"], theme, [])
        assert len(found) == 4


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "phone"])
def test_a_plan_comes_in_and_is_taken_back_by_keyboard(site, new_page, stage, size, tmp_path):
    page = new_page(viewport=size, color_scheme="dark")
    login(page, site, "planner", policy.MARKETER)
    Topic.objects.get_or_create(slug="b-doors", defaults={"name": "Doors"})
    title = f"Doors of a plan {size['width']}"
    sheet = tmp_path / f"plan-{size['width']}.csv"
    sheet.write_text(SHEET % size["width"])
    page.goto(f"{site.url}{NEWSROOM}/plan/")
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_label("File").set_input_files(sheet)
    press(page, "Upload and look through")
    page.get_by_role("heading", name="What would become of its rows").wait_for()
    assert (violations(page), overflows(page)) == ([], False)
    assert page.get_by_text("Wonder").count() >= 1  # it says which stage nobody knows
    press(page, "Bring 1 row in")
    at_rest(page)
    assert Entry.objects.filter(title=title).count() == 1
    page.goto(f"{site.url}{NEWSROOM}/plan/")
    assert (violations(page), overflows(page)) == ([], False)
    press(page, "Take back")
    at_rest(page)
    assert Entry.objects.filter(title=title).count() == 0


def at_rest(page):
    """The worker is done with the job that is shown; its screen asks again by itself until then."""
    for _try in range(60):
        if not Job.objects.exclude(state=Job.State.DONE).exists():
            break
        page.wait_for_timeout(500)
    page.wait_for_timeout(3000)


def press(page, name):
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.focus()
        page.keyboard.press("Enter")
