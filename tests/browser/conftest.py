"""Chromium, driven through the screens of a real installation.

    def test_editor_sees_the_month(site, page):
        login(page, site, "editor", policy.EDITOR)
        page.goto(f"{site.url}/admin/calendar/")
        assert violations(page) == []

`page` fails a test whose page wrote an error to the console. A user agent of a desktop browser is set, because the
ledger judges "HeadlessChrome" a robot.
"""

import contextlib
import os
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import connections
from playwright.sync_api import sync_playwright

from cms.models import User
from tests.conftest import an_installation
from tests.installation import ROOT
from tests.services import missing

CHROMIUM = Path(os.environ.get("LEDE_CHROMIUM", "/usr/bin/chromium"))
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "a long password"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def pytest_collection_modifyitems(items):
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium; a skip with the reason where it is missing.

    Ended with its module: while Playwright's loop runs in this thread, no other test may run one of its own.
    """
    if not CHROMIUM.exists():
        missing(f"Chromium is missing at {CHROMIUM}; apt-get install chromium, or set LEDE_CHROMIUM")
    with one_connection_a_thread(), sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield chromium
        chromium.close()


@contextlib.contextmanager
def one_connection_a_thread():
    """Let a test use the ORM while Playwright's loop runs in its thread.

    Django would refuse, and keep a second connection for such a thread, still open to an earlier test's database.
    """
    by_mode = connections._connections
    connections._connections = by_mode._storage
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        yield
    finally:
        connections._connections = by_mode
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def new_page(browser):
    """new_page(**context options) -> a page of a fresh profile, 1280 wide. Its console errors fail the test.

    An error that is meant is taken out of `page.errors` by the test.
    """
    with contextlib.ExitStack() as stack:
        pages = []

        def new(**options):
            options = {"viewport": WIDE, "user_agent": DESKTOP, "reduced_motion": "reduce", "locale": "en-GB"} | options
            context = browser.new_context(**options)
            stack.callback(context.close)
            page = context.new_page()
            page.errors = []
            page.on("console", lambda line: page.errors.append(line.text) if line.type == "error" else None)
            page.on("pageerror", lambda error: page.errors.append(str(error)))
            page.set_default_timeout(15_000)
            pages.append(page)
            return page

        yield new
        assert [error for page in pages for error in page.errors] == []


@pytest.fixture
def page(new_page):
    return new_page()


@pytest.fixture(scope="module")
def site(tmp_path_factory, django_db_setup, django_db_blocker):
    """A running installation with server and worker, shared by the tests of one module; open to the ORM."""
    with an_installation(tmp_path_factory.mktemp("site"), django_db_blocker) as made:
        yield made.start()


def login(page, site, username: str, *groups: str) -> User:
    """Log this person in; made, with the groups, where there is nobody of that name."""
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, f"{username}@lede.example", PASSWORD)
        user.groups.set(Group.objects.filter(name__in=groups))
    page.goto(f"{site.url}/admin/login/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{site.url}/admin/")
    return user


def violations(page, *without: str) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA on the page as it stands: "rule: target". `without`: rules left out."""
    if not AXE.exists():
        missing("axe-core is not installed; run npm ci")
    page.evaluate(AXE.read_text())  # not as an element of the page, whose policy might forbid it
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = page.evaluate("tags => axe.run({runOnly: tags}).then(found => found.violations)", tags)
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}"
        for rule in found
        if rule["id"] not in without
        for node in rule["nodes"]
    ]


def overflows(page) -> bool:
    """Does the page scroll sideways? On 390 pixels nothing may."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
