"""The way into the newsroom."""

from cms import policy
from tests.browser.conftest import NARROW, login, overflows, violations


def test_editor_logs_in_and_sees_the_newsroom(site, page):
    login(page, site, "editor", policy.EDITOR)
    page.get_by_role("button", name="Search").first.wait_for()
    assert page.get_by_role("heading", name="Halden & Vane").count() == 1


def test_wrong_password_is_said(site, page):
    page.goto(f"{site.url}/admin/login/")
    page.fill("#id_username", "nobody")
    page.fill("#id_password", "wrong")
    page.click("button[type=submit]")
    page.get_by_text("Your username and password didn't match. Please try again.").wait_for()
    assert page.url == f"{site.url}/admin/login/"


def test_login_fits_a_phone(site, new_page):
    page = new_page(viewport=NARROW)
    page.goto(f"{site.url}/admin/login/")
    assert not overflows(page)


def test_login_is_accessible(site, page):
    page.goto(f"{site.url}/admin/login/")
    assert violations(page) == []
