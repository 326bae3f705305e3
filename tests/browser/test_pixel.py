"""The page script in Chromium: what it sends, and what it keeps to itself."""

from uuid import UUID, uuid4

import httpx
import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from cms.models import AssetPage, HomePage
from tracking import links, readings
from tracking.models import Event, Visitor


@pytest.fixture(scope="module")
def piece(site):
    return HomePage.objects.first().add_child(instance=AssetPage(title="A long read", slug=f"long-{uuid4().hex[:8]}"))


@pytest.fixture
def open_page(site, new_page, piece):
    """open_page(query) -> Chromium at the piece's address, on a page of which only the pixel matters."""
    tag = Template("{% load tracking %}{% pixel %}").render(Context({"page": piece}))
    consenting = tag.replace('data-consent="none"', 'data-consent="given"')
    body = f"<!doctype html><title>A long read</title><h1 id=main>A</h1>{'<p>word</p>' * 300}{consenting}"

    def open_at(query="", prepare=lambda page: None):
        page = new_page()
        prepare(page)
        page.route(f"**/{piece.slug}/*", lambda route: route.fulfill(content_type="text/html", body=body))
        page.goto(f"{site.url}/{piece.slug}/{query}")
        return page

    return open_at


def test_page_view_is_recorded_and_its_visitor_kept(site, open_page, piece):
    page = open_page("?who=a")
    event = wait_for(site, kind="page_viewed", asset=piece, url__endswith="?who=a")
    key = page.evaluate("localStorage.getItem('lede.visitor')")
    assert (UUID(key), event.verdict) == (Visitor.objects.get(pk=event.visitor_id).key, "human")
    page.reload()
    site.wait_until(lambda: Event.objects.filter(visitor=event.visitor_id, kind="page_viewed").count() == 2)


def test_objection_leaves_no_key(site, open_page):
    objecting = "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})"
    page = open_page("?who=objector", lambda page: page.add_init_script(objecting))
    event = wait_for(site, url__endswith="?who=objector")
    assert (event.visitor_id, page.evaluate("localStorage.getItem('lede.visitor')")) == (None, None)


def test_tracked_link_is_credited_and_its_token_leaves_the_address(site, open_page, piece, settings):
    settings.BASE_URL = site.url
    ref = uuid4()
    answer = httpx.get(links.tracked_url(f"{site.url}/{piece.slug}/?a=b#main", ref))
    page = open_page(answer.headers["location"].partition(f"/{piece.slug}/")[2])
    site.wait_until(lambda: Event.objects.filter(link_ref=ref).count() == 2)
    found = set(Event.objects.filter(link_ref=ref).values_list("kind", "asset"))
    assert found == {("link_followed", piece.pk), ("page_viewed", piece.pk)}
    assert page.url == f"{site.url}/{piece.slug}/?a=b#main"


def test_reading_is_reported_once_with_visible_time_and_depth(site, open_page):
    page = open_page("?who=reader", lambda page: page.clock.install())
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.clock.run_for(20_000)
    event = wait_for(site, kind="asset_read", url__endswith="?who=reader")
    assert (event.properties["depth"], 15 <= event.properties["seconds"] <= 20) == (100, True)
    page.clock.run_for(60_000)
    page.goto("about:blank")
    open_page("?who=next")
    wait_for(site, url__endswith="?who=next")
    assert Event.objects.filter(kind="asset_read", url__endswith="?who=reader").count() == 1


def test_reading_on_is_told_when_the_page_is_left_and_the_reading_stays_one(site, open_page):
    page = open_page("?who=patient", lambda page: page.clock.install())
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.clock.run_for(16_000)
    first = wait_for(site, kind="asset_read", url__endswith="?who=patient")
    page.clock.run_for(60_000)
    page.goto("about:blank")
    more = wait_for(site, kind="reading_continued", url__endswith="?who=patient")
    assert (readings.whole(more), more.properties["part"], more.properties["depth"]) == (first.uuid, 1, 100)
    assert 70 <= more.properties["seconds"] <= 80
    assert Event.objects.filter(kind="asset_read", url__endswith="?who=patient").count() == 1


@pytest.mark.parametrize(("mode", "state"), [("given", "another banner"), ("ask", "not said anything")])
def test_page_about_ones_data_says_who_asked_and_asks_there_alone(site, new_page, mode, state):
    request = RequestFactory().get("/your-data/")
    context = {"asks": True, "mode": "consented", "question": "May we?", "wording": "en-1", "request": request}
    mine = (
        render_to_string("tracking/your_data.html", context).partition('<div id="lede-yours')[2].partition("</div>")[0]
    )
    scripts = "".join(
        f"<script defer src='/static/tracking/{name}.js' data-endpoint='/t/e' data-consent='{mode}'></script>"
        for name in ("pixel", "yours")
    )
    body = f'<section id=lede-ask hidden>?</section><div id="lede-yours{mine}</div>{scripts}'
    page = new_page()
    page.route("**/plain/", lambda route: route.fulfill(content_type="text/html", body=body))
    page.goto(f"{site.url}/plain/")
    page.wait_for_selector("#lede-yours:visible")
    assert state in page.inner_text("[data-state]")
    assert page.locator("#lede-ask").is_hidden()
    page.click("[data-answer=no]")
    page.wait_for_function("document.querySelector('[data-state]').textContent.includes('You said no')")


def test_glance_is_no_reading_and_leaving_reports_what_there_is(site, open_page):
    glance = open_page("?who=glance", lambda page: page.clock.install())
    glance.clock.run_for(3_000)
    glance.goto("about:blank")
    leaver = open_page("?who=leaver", lambda page: page.clock.install())
    leaver.clock.run_for(8_000)
    leaver.goto("about:blank")
    event = wait_for(site, kind="asset_read", url__endswith="?who=leaver")
    assert (5 <= event.properties["seconds"] <= 9, event.properties["depth"] < 50) == (True, True)
    assert not Event.objects.filter(kind="asset_read", url__endswith="?who=glance").exists()


def test_form_is_filled_and_download_recorded(site, new_page):
    page = new_page()
    page.route(
        "**/plain/",
        lambda route: route.fulfill(
            content_type="text/html",
            body="<form data-lede-form><input type=hidden name=visitor></form><a download href='data:,x'>file</a>"
            "<script defer src='/static/tracking/pixel.js' data-endpoint='/t/e' data-consent='given'></script>",
        ),
    )
    page.goto(f"{site.url}/plain/")
    key = page.evaluate("localStorage.getItem('lede.visitor')")
    assert page.input_value("input[name=visitor]") == key
    page.click("a")
    assert wait_for(site, kind="asset_downloaded", visitor__key=key).properties["file"] == "data:,x"


def wait_for(site, **lookup):
    site.wait_until(lambda: Event.objects.filter(**lookup).exists())
    return Event.objects.get(**lookup)


def test_passing_a_piece_on_by_mail_or_address_is_told_once_each_way(site, new_page, piece):
    page = new_page()
    page.goto(f"{site.url}/{piece.slug}/")
    mail = page.get_by_role("link", name="Send by mail")
    mail.evaluate("link => link.addEventListener('click', e => e.preventDefault())")  # no mail program opens here
    for _ in range(2):
        mail.click()
        page.get_by_label("Address of this piece").press("Control+a")
        page.get_by_label("Address of this piece").press("Control+c")
        page.get_by_role("button", name="Copy").click()
    assert page.locator(".share-said").inner_text() == "Copied."
    site.wait_until(lambda: Event.objects.filter(kind="asset_shared", asset=piece).count() == 2)
    told = Event.objects.filter(kind="asset_shared", asset=piece).values_list("properties__way", flat=True)
    assert sorted(told) == ["address", "mail"]
