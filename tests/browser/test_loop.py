"""The five minutes of the README, in a browser, on the demonstration: read, move, mail, alert, why.

With LEDE_SCREENSHOTS=docs/images the same walk takes the pictures of the documentation.
"""

import json
import os
from pathlib import Path

import pytest

from nurture.contacts.models import Contact
from nurture.mail.models import Delivery
from nurture.sales.models import Alert
from tests.browser.conftest import violations
from tests.conftest import an_installation

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def demo(tmp_path_factory, django_db_blocker):
    """The whole demonstration, served, its first mails sent."""
    with an_installation(tmp_path_factory.mktemp("demo"), django_db_blocker) as made:
        made.manage("demo", timeout=300)
        made.start()
        made.wait_until(lambda: Delivery.objects.filter(lane="marketing", state="sent").exists(), 60)
        yield made


def enter(page, demo, username):
    """Log in as one of the demonstration's people, with the password it printed."""
    logins = json.loads((demo.var / "demo_logins.json").read_text())
    page.goto(f"{demo.url}/admin/login/")
    page.fill("#id_username", username)
    page.fill("#id_password", logins[username])
    page.click("button[type=submit]")
    page.wait_for_url(f"{demo.url}/admin/")


def shoot(page, name):
    """A picture for the documentation, when asked for."""
    if folder := os.environ.get("LEDE_SCREENSHOTS"):
        page.wait_for_load_state("networkidle")
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_reading_the_mailed_piece_moves_mails_and_alerts(demo, new_page):
    yara = Contact.objects.get(first_name="Yara")
    marketer = new_page()
    enter(marketer, demo, "marcus")
    marketer.goto(f"{demo.url}/admin/nurture/mail/")
    row = (
        marketer.get_by_role("row")
        .filter(has_text="y.delmas@")
        .or_(marketer.get_by_role("row").filter(has_text="Yara"))
    )
    row.get_by_role("link").first.click()
    marketer.wait_for_load_state("networkidle")
    shoot(marketer, "mail")
    frame = next(frame for frame in marketer.frames if "/frame/" in frame.url)
    link = frame.locator("a[href*='/t/c/']").first.get_attribute("href")

    reader = new_page()
    reader.goto(link)
    assert reader.url == f"{demo.url}/business-case-worksheet/"  # the script has taken the token out of the address
    reader.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    demo.wait_until(
        lambda: yara.engagements.filter(kind="asset_read").filter(asset__slug="business-case-worksheet").exists(), 40
    )
    reader.close()

    demo.wait_until(lambda: Alert.objects.filter(contact=yara).exists(), 30)
    yara.refresh_from_db()
    assert yara.stage.slug == "consideration"
    demo.wait_until(lambda: Delivery.objects.filter(contact=yara, state="sent").count() == 2, 30)
    marketer.goto(f"{demo.url}/admin/nurture/contacts/{yara.pk}/")
    assert marketer.get_by_text("Moved from Interest to Consideration").count() == 1
    assert violations(marketer) == []
    shoot(marketer, "timeline")

    sales = new_page()
    enter(sales, demo, "sofia")
    sales.goto(f"{demo.url}/admin/nurture/sales/inbox/")
    card = sales.get_by_role("article").filter(has_text="Yara Delmas")
    assert card.get_by_text("Nobody reads how a pilot runs", exact=False).count() == 1
    shoot(sales, "inbox")


def test_screens_of_the_newsroom_and_the_site(demo, new_page):
    site = new_page()
    for name, path in (("home", "/"), ("asset", "/business-case-worksheet/")):
        site.goto(demo.url + path)
        assert violations(site) == []
        if name == "asset":
            site.get_by_role("button", name="Yes").or_(
                site.locator("form[action='/rate/'] button")
            ).first.scroll_into_view_if_needed()
        shoot(site, name)
    editor = new_page()
    enter(editor, demo, "edda")
    for name, path in (("calendar", "calendar/"), ("coverage", "coverage/")):
        editor.goto(f"{demo.url}/admin/newsroom/{path}")
        assert editor.get_by_role("heading", level=1).count() == 1
        shoot(editor, name)
