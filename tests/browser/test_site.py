"""The public site as readers meet it: light and dark, on a phone, without scripts, by keyboard, in bytes."""

import gzip
import io
import re
from uuid import uuid4

import pytest
from django.core.files.images import ImageFile
from PIL import Image

from cms import clock
from cms.models import AssetPage, Author, BuyingStage, Comment, HomePage, LibraryImage, Rating, Topic
from tests import ledger
from tests.browser.conftest import NARROW, overflows, violations
from tracking.models import Event, Visitor

PAGES = {"home": "/", "topic": "/topics/claims/", "asset": "/a-warm-hour/", "search": "/search/?q=warm", "none": "/no/"}
BODY = [
    {"type": "text", "value": '<h2>Six places</h2><p>An <i>aside</i>, a <a href="/topics/">link</a>.</p>'},
    {"type": "quote", "value": {"text": "Nobody had lied.", "name": "A controller"}},
    {"type": "code", "value": "sum = 12870"},
    {
        "type": "table",
        "value": {
            "caption": "One case",
            "columns": [{"type": "text", "heading": "Item"}, {"type": "text", "heading": "Euro"}],
            "rows": [{"values": ["Product", "6,900"]}],
        },
    },
]


@pytest.fixture(scope="module")
def filled(site):
    """The site with four pieces under one topic; covers on all but one."""
    topic = Topic.objects.create(slug="claims", name="Claims", description="What warm loads cost.")
    author = Author.objects.create(slug="ines", name="Ines Carrow", role="Quality", bio="Has sat on both sides.")
    for n, title in enumerate(("A warm hour", "A warm day", "A warm week", "A warm year")):
        page = AssetPage(title=title, summary="What it costs.", author=author, body=BODY, cover=_cover(n))
        page.primary_stage = BuyingStage.objects.first()
        page.first_published_at = page.last_published_at = clock.now()
        HomePage.objects.get().add_child(instance=page)
        page.topics.set([topic])
        page.save()
    return site


def _cover(n):
    if n == 2:
        return None
    file = io.BytesIO()
    Image.new("RGB", (1600, 900), "#1d3b57").save(file, "PNG")
    return LibraryImage.objects.create(title=f"Cover {n}", file=ImageFile(file, name=f"cover-{n}.png"))


def opened(page, site, name):
    page.goto(site.url + PAGES[name])
    page.wait_for_load_state("networkidle")
    if name == "none":
        page.errors.clear()  # the browser logs the 404 that this page is
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(filled, new_page, name, scheme):
    page = opened(new_page(color_scheme=scheme), filled, name)
    assert violations(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_page_fits_a_phone(filled, new_page, name):
    page = opened(new_page(viewport=NARROW), filled, name)
    assert not overflows(page)


@pytest.mark.parametrize("name", ["home", "asset", "search"])
def test_first_visit_is_light_asks_no_other_host_and_nothing_moves(filled, new_page, name):
    page, sizes = new_page(), {}

    def weigh(response):
        kind = response.request.resource_type
        if kind not in ("image", "ping"):
            body = response.body()
            # Fonts are compressed already; the rest is sent compressed in production.
            sizes[response.url] = len(body) if kind == "font" else len(gzip.compress(body))

    page.on("response", weigh)
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.moved += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    opened(page, filled, name)
    assert len([url for url in sizes if url.endswith(".woff2")]) == 2
    assert sum(sizes.values()) <= 150_000
    assert [url for url in sizes if not url.startswith(filled.url)] == []
    assert page.evaluate("window.moved") < 0.02


def test_reader_without_script_rates_and_is_thanked(filled, new_page):
    page = opened(new_page(java_script_enabled=False), filled, "asset")
    page.get_by_role("button", name="Yes").click()
    assert re.search(r"/a-warm-hour/\?rated=useful&more=[^#&]+#rated$", page.url)
    assert page.locator(".rating-answer[role=status]").inner_text() == "Thank you. Good to know that it was useful."
    page.get_by_role("button", name="No").click()
    assert page.locator(".rating-answer[role=status]").inner_text() == "Thank you. We will look at it again."
    piece = AssetPage.objects.get(slug="a-warm-hour")
    assert list(Rating.objects.filter(asset=piece).values_list("value", flat=True)) == [-1]
    assert page.context.cookies() == []


def test_reader_without_script_comments_and_what_is_wrong_is_said_in_place(filled, new_page):
    page = opened(new_page(java_script_enabled=False, viewport=NARROW), filled, "asset")
    page.get_by_text("Be the first to comment").click()
    page.get_by_label("Your comment").fill("We had this, too.")
    page.get_by_label("Your name").fill("Ines")
    page.get_by_label("Your mail address").fill("ines@example")
    page.get_by_role("button", name="Send").click()
    assert page.get_by_text("This is no mail address").count() == 1
    page.errors.clear()  # the browser logs the 422 that this page is
    page.get_by_label("Your mail address").fill("ines@example.com")
    page.get_by_role("button", name="Send").click()
    page.get_by_text("We are sending you a mail").wait_for()
    assert Comment.objects.get().text == "We had this, too."


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_form_of_a_comment_is_accessible_and_its_trap_out_of_reach(filled, new_page, scheme):
    page = opened(new_page(color_scheme=scheme), filled, "asset")
    page.locator(".comment-write summary").click()
    assert violations(page) == []
    page.get_by_label("Your mail address").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "wants_answer"


def test_reader_with_script_is_thanked_in_place(filled, page):
    page.goto(filled.url + "/a-warm-week/")
    page.get_by_role("button", name="Yes").click()
    page.get_by_text("Thank you. Good to know that it was useful.").wait_for()
    assert page.url == f"{filled.url}/a-warm-week/"
    assert page.get_by_role("button", name="Yes").get_attribute("aria-pressed") == "true"


def test_keyboard_reaches_the_content_first_and_sees_where_it_is(filled, page):
    opened(page, filled, "home")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_browser_that_is_recognised_is_offered_what_it_has_not_read(filled, new_page):
    page = opened(new_page(), filled, "asset")
    first = page.locator("[data-next] .card-title").first.inner_text()
    now, key = clock.now(), uuid4()
    visitor = Visitor.objects.create(key=key, first_seen_at=now, last_seen_at=now)
    read = AssetPage.objects.get(title=first)
    ledger.store(Event(uuid=uuid4(), kind="asset_read", occurred_at=now, received_at=now, source="script",
                       visitor=visitor, asset_id=read.pk))  # fmt: skip
    page = new_page()
    page.add_init_script(f"localStorage.setItem('lede.visitor', '{key}')")
    with page.expect_response("**/next/**") as answered:
        opened(page, filled, "asset").locator("[data-next]").scroll_into_view_if_needed()
    assert answered.value.status == 200
    page.wait_for_function("first => document.querySelector('[data-next] .card-title').innerText !== first", arg=first)
    assert page.locator("[data-next] .card-title").last.inner_text() == first
    assert violations(page) == []
