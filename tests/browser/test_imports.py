"""Library › Import in Chromium: from the chosen file over the progress to the report, in both themes and on a phone."""

import pytest

from cms import policy
from cms.models import AssetPage, ImportBatch
from tests.browser.conftest import NARROW, login, overflows, violations
from tests.cms.importers.test_archives import packed
from tests.cms.importers.test_uploads import blog

IMPORT = "/admin/library/import/"
MARKDOWN = IMPORT + "new/markdown/"


def choose(page, content, name="blog.zip"):
    page.get_by_label("File").set_input_files({"name": name, "mimeType": "application/zip", "buffer": content})


def send(page):
    page.get_by_role("button", name="Upload and look through").click()


def test_from_the_upload_to_the_report_and_on_to_the_pieces(site, page):
    login(page, site, "marketer", policy.MARKETER)
    page.get_by_role("button", name="Library").click()
    page.get_by_role("link", name="Import", exact=True).click()
    page.wait_for_url(site.url + IMPORT)
    assert violations(page) == []
    page.get_by_role("link", name="Markdown files").click()
    choose(page, blog(30, ("blog/bad.md", "no title")))
    page.get_by_label("Name of the source").fill("Browser blog")
    send(page)
    page.wait_for_url("**/admin/library/jobs/*/")
    # The page's own script follows the job, and loads the report when it has ended.
    page.get_by_text("Done", exact=True).wait_for(timeout=60_000)
    row = page.get_by_role("row", name="bad.md:1")
    assert row.get_by_role("cell").all_inner_texts()[1:3] == ["Skipped", "There is no title"]
    assert page.get_by_text("31 of 31").count() == 1
    assert violations(page) == []
    page.get_by_role("link", name="See what it would do").click()
    page.get_by_role("button", name="Bring in 30 pieces").wait_for()
    assert violations(page) == []
    page.get_by_label("Publish at the original dates").check()
    page.get_by_role("button", name="Bring in 30 pieces").click()
    page.wait_for_url("**/admin/library/jobs/*/")
    page.get_by_role("link", name="Classify the pieces").wait_for(timeout=60_000)
    assert AssetPage.objects.live().filter(imported_item__source="markdown:Browser blog").count() == 30
    page.get_by_role("link", name="Classify the pieces").click()
    page.get_by_role("link", name="Post 1", exact=True).wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_form_and_its_errors_are_accessible_in_both_themes(site, new_page, theme):
    page = new_page(color_scheme=theme)
    login(page, site, "marketer", policy.MARKETER)
    page.goto(site.url + MARKDOWN)
    assert violations(page) == []
    choose(page, packed("../out.md"))
    page.get_by_label("Name of the source").fill("Bad blog")
    send(page)
    page.get_by_text("“../out.md” would be written outside its folder.").wait_for()
    assert page.get_by_label("Name of the source").input_value() == "Bad blog"
    assert violations(page) == []
    assert not ImportBatch.objects.filter(source="markdown:Bad blog").exists()


def test_form_and_report_fit_a_phone(site, new_page):
    page = new_page(viewport=NARROW)
    login(page, site, "marketer", policy.MARKETER)
    page.goto(site.url + MARKDOWN)
    assert not overflows(page)
    choose(page, blog(1, ("blog/a-very-long-name-of-a-file-that-has-no-title-at-all.md", "no title")))
    page.get_by_label("Name of the source").fill("Phone blog")
    send(page)
    page.get_by_text("Done", exact=True).wait_for(timeout=60_000)
    assert not overflows(page)
    page.get_by_role("link", name="See what it would do").click()
    page.get_by_role("button", name="Discard").wait_for()
    assert not overflows(page)
    page.goto(site.url + IMPORT)
    assert not overflows(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_columns_of_a_spreadsheet_are_named_by_hand(site, new_page, theme):
    page = new_page(color_scheme=theme)
    login(page, site, "marketer", policy.MARKETER)
    page.goto(site.url + IMPORT + "new/sheet/")
    choose(page, "Stück,URL\nGuide,https://a.example/guide\n".encode(), "inventory.csv")
    page.get_by_label("Name of the source").fill(f"Inventory {theme}")
    send(page)
    page.wait_for_url("**/columns/")
    assert violations(page) == []
    page.get_by_label("Stück").select_option("title")
    page.get_by_role("button", name="Look through").click()
    page.get_by_role("link", name="See what it would do").wait_for(timeout=60_000)
