"""Every page that a reader can come upon: accessible in light, dark, print and on 320 pixels, by keyboard and without
scripts; no error in the console, no other host asked. A public address that has no page here fails.
"""

import pytest

from tests.browser import public_world
from tests.browser.conftest import overflows, violations
from tests.test_routes import PUBLIC

NO_PAGE = {
    "topics/<slug:slug>/feed/": "RSS",
    "topics/<slug:slug>/feed/atom/": "Atom",
    "feed/": "RSS",
    "feed/atom/": "Atom",
    "calendar/<str:secret>.ics": "iCalendar",
    "next/<int:piece>/": "a part of a page",
    "robots.txt": "plain text",
    "sitemap.xml": "for machines",
    "sitemap-lists.xml": "for machines",
    "sitemap-pieces-<int:part>.xml": "for machines",
    "media/images/<path:name>": "a picture",
    "documents/<int:number>/<path:name>": "a file",
    "play/<int:pk>/<str:name>": "a file",
}
TINY = {"width": 320, "height": 640}
NAMES = (
    "home", "not found", "topics", "topic", "topic, older", "topic, empty", "stage", "persona", "author", "search",
    "search, narrowed", "search, empty", "your data", "subscribe", "subscribe, wrong", "subscribe, sent",
    "rating refused", "rating refused, more", "poll refused", "piece", "piece, rated", "piece, commented",
    "piece, poll answered", "comment refused", "comment, wrong", "comment to confirm", "comment confirmed",
    "comment published", "comment rejected", "gated piece", "gate", "gate, none", "gate, wrong", "gate files",
    "gate files, mailed", "gate files, expired", "gate files, cut short", "gate file, cut short", "gate link again",
    "survey", "survey, wrong", "survey, refused", "survey, thanks", "survey, early", "survey, closed",
    "survey, by mail", "survey, cut short", "unsubscribe", "unsubscribed", "link, cut short", "your data, by mail",
    "stars", "stars, cut short", "subscription, asked", "subscription, live", "subscription, ended", "approval",
    "approval, text", "expert",
)  # fmt: skip
# Everything that the keyboard must reach, in the page's order. Of radio buttons the chosen or first one of each name.
REACHABLE = """() => {
    const seen = new Set();
    return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter(one => {
        if (one.disabled || one.tabIndex < 0 || one.type === "hidden" || one.closest("[hidden], [inert]")) return false;
        if (!one.checkVisibility({visibilityProperty: true})) return false;
        if (one.type !== "radio") return true;
        const group = [...one.form.elements].filter(other => other.type === "radio" && other.name === one.name);
        return one === (group.find(r => r.checked) || group[0]);
    }).map((one, n) => { one.dataset.reach = n; return one.outerHTML.slice(0, 120); });
}"""
FOCUSED = """() => {
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    return [one.dataset.reach ?? null, isSeen, one.outerHTML.slice(0, 120)];
}"""


# Send the form of a page as it stands, or one of our own.
SEND = """([selector, path, data]) => {
    let form = document.querySelector(selector || "no-form");
    if (!form) {
        const make = (tag, fields) => Object.assign(document.createElement(tag), fields);
        form = document.body.appendChild(make("form", {method: "post", action: path}));
        for (const [name, value] of Object.entries(data)) form.append(make("input", {name, value}));
    }
    form.noValidate = true;
    HTMLFormElement.prototype.submit.call(form);
}"""
# A page may put the cursor where something is wrong; a reader who comes by keyboard begins at the top all the same.
FROM_THE_TOP = """() => {
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
}"""


class MeantErrors(list):
    """What the console says, but for the status of the page that was asked for."""

    def append(self, line):
        if "Failed to load resource" not in line:
            super().append(line)


@pytest.fixture(scope="module")
def shown(site):
    """{name: page} of a filled site."""
    return public_world.fill()


@pytest.fixture
def go(site, shown, new_page):
    """go("home", **context options) -> the browser's page, open."""

    def opened(name, **options):
        what, page = shown[name], new_page(**options)
        page.errors = MeantErrors()
        page.hosts = []
        page.on("request", lambda request: page.hosts.append(request.url))
        answer = page.goto(site.url + (what.path if not what.data else "/robots.txt"))
        if what.data or what.send:
            with page.expect_navigation() as navigation:
                page.evaluate(SEND, [what.send, what.path, what.data])
            answer = navigation.value
        assert answer.status == what.status
        page.wait_for_load_state("networkidle")
        page.evaluate(FROM_THE_TOP)
        return page

    return opened


def test_every_public_address_has_a_page_here_and_every_page_a_test(shown):
    assert {page.route for page in shown.values()} | set(NO_PAGE) == set(PUBLIC) | {"wagtail", "collector"}
    assert set(NAMES) == set(shown)


@pytest.mark.parametrize("name", NAMES)
def test_page_is_accessible_everywhere_and_asks_no_other_host(go, site, name):
    page = go(name)
    assert page.locator("h1").count() == 1
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page) == []
    page.set_viewport_size(TINY)
    assert not overflows(page)
    assert violations(page) == []
    page.emulate_media(color_scheme="light", media="print")
    assert page.locator("h1").is_visible()
    assert violations(page) == []
    assert [url for url in page.hosts if not url.startswith((site.url, "data:", "about:"))] == []


@pytest.mark.parametrize("name", NAMES)
def test_keyboard_reaches_everything_in_order_and_sees_where_it_is(go, name):
    page = go(name)
    expected = page.evaluate(REACHABLE)
    reached, unseen = [], []
    inside_frames = 80 * (len(page.frames) - 1)
    for _n in range(len(expected) + 6 + inside_frames):
        page.keyboard.press("Tab")
        number, is_seen, html = page.evaluate(FOCUSED)
        if number is not None and (not reached or reached[-1] != int(number)):
            reached.append(int(number))
            unseen += [] if is_seen else [html]
        if reached and reached[-1] == len(expected) - 1:
            break
    assert [expected[n] for n in range(len(expected)) if n not in reached] == []
    assert reached == sorted(reached)
    assert unseen == []


@pytest.mark.parametrize("name", NAMES)
def test_page_says_all_without_scripts(go, name):
    page = go(name, java_script_enabled=False, viewport=TINY)
    assert page.locator("h1").is_visible()
    assert page.locator("main").inner_text().strip() != page.locator("h1").inner_text().strip()
    # Who approves or is asked from outside has an answer to give; readers get no cookie anywhere.
    assert page.context.cookies() == [] or name in ("approval", "expert")
