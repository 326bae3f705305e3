"""A reader before a gate: two questions, the file; the next visit asks the next two. With scripts and without."""

import os
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from cms import clock, policy
from cms.models import (
    AssetFile,
    AssetPage,
    BuyingStage,
    Gate,
    GateQuestion,
    GateSubmission,
    HomePage,
    LibraryDocument,
)
from nurture.contacts.models import Contact, Engagement
from tests.browser.conftest import NARROW, login, overflows, violations
from tracking.models import Event

PAPER = b"%PDF-1.4\n% what a warm hour costs\n%%EOF\n"
TINY = {"width": 320, "height": 640}
QUESTIONS = (
    ("Where do you work?", "singleline", "company", "", True),
    ("What do you do there?", "singleline", "job_title", "", True),
    ("How many lanes do you run?", "radio", "", "Up to ten\nUp to a hundred\nMore", True),
    ("Under which number may we call?", "singleline", "phone", "", False),
)


@pytest.fixture(scope="module")
def gated(site):
    """A live gated paper with its file and gate."""
    gate = Gate(name="Papers", intro="The paper has 14 pages.", button="Get the paper")
    gate.questions = [
        GateQuestion(label=label, field_type=kind, fills=fills, choices=choices, required=required, sort_order=number)
        for number, (label, kind, fills, choices, required) in enumerate(QUESTIONS)
    ]
    gate.save()
    page = AssetPage(title="What a warm hour costs", slug="warm", audience="gated", gate=gate, summary="In euros.")
    page.primary_stage, page.first_published_at = BuyingStage.objects.first(), clock.now()
    HomePage.objects.get().add_child(instance=page)
    paper = LibraryDocument(title="The paper", file=ContentFile(PAPER, name="warm-hour.pdf"))
    paper._set_document_file_metadata()
    paper.save()
    AssetFile.objects.create(page=page, document=paper, label="The paper, with score sheets")
    return page


def shoot(page, name):
    """A picture, when asked for."""
    if folder := os.environ.get("LEDE_SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"gate-{name}.png"), full_page=True)


def open_form(page, site):
    page.goto(f"{site.url}/warm/")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Get the paper").click()
    page.get_by_role("heading", name="Tell us where to send it").wait_for()


def labels(page):
    return [label for label, *_rest in QUESTIONS if page.get_by_text(label).count()]


def fill_first(page, email):
    page.get_by_label("Your mail address").fill(email)
    page.get_by_label("Where do you work?").fill("Brackwater Foods")
    page.get_by_label("What do you do there?").fill("Head of quality")
    page.wait_for_timeout(1600)  # nobody writes faster
    page.get_by_role("button", name="Get the paper").click()
    page.get_by_role("heading", name="Thank you. Here it is").wait_for()


def take_file(page):
    """The bytes behind the first link of the page."""
    address = page.locator("a.gate-file").first.get_attribute("href")
    return page.evaluate("async path => (await (await fetch(path)).text())", address).encode()


def test_reader_is_asked_two_things_then_the_next_two_and_it_stands_on_the_timeline(site, gated, new_page):
    page = new_page()
    open_form(page, site)
    assert labels(page) == ["Where do you work?", "What do you do there?"]
    assert not page.get_by_role("checkbox").first.is_checked()
    assert violations(page) == []
    shoot(page, "form")
    page.get_by_role("checkbox").first.check()
    fill_first(page, "ines@brackwater.example")
    assert violations(page) == []
    shoot(page, "thanks")
    assert take_file(page) == PAPER
    contact = Contact.objects.get(email="ines@brackwater.example")
    assert (contact.job_title, contact.account) == ("Head of quality", None)

    open_form(page, site)
    assert labels(page) == ["How many lanes do you run?", "Under which number may we call?"]
    assert page.get_by_label("Your mail address").input_value() == ""
    assert violations(page) == []
    page.get_by_label("Your mail address").fill("ines@brackwater.example")
    page.get_by_label("Up to a hundred").check()
    page.wait_for_timeout(1600)
    page.get_by_role("button", name="Get the paper").click()
    page.get_by_role("heading", name="Thank you. Here it is").wait_for()
    assert take_file(page) == PAPER

    kinds = ["asset_downloaded", "form_submitted", "form_submitted"]
    ours = Event.objects.filter(asset=gated, kind__in=kinds, properties__subject=contact.subject.hex)
    assert sorted(ours.values_list("kind", flat=True)) == kinds
    site.wait_until(lambda: Engagement.objects.filter(contact=contact, kind__in=kinds).count() == 3)
    marketer = new_page()
    login(marketer, site, "mara", policy.MARKETER)
    marketer.goto(site.url + reverse("nurture:contact", args=[contact.pk]))
    assert marketer.get_by_text("Sent the form for ‘What a warm hour costs’").count() == 2
    assert marketer.get_by_text("Downloaded ‘What a warm hour costs’").count() == 1
    shoot(marketer, "timeline")


def test_reader_without_script_gets_the_file_on_a_small_phone(site, gated, new_page):
    page = new_page(java_script_enabled=False, viewport=TINY)
    page.goto(f"{site.url}/warm/")
    page.get_by_role("button", name="Get the paper").click()
    page.get_by_label("Where do you work?").fill("Brackwater Foods")
    page.get_by_label("What do you do there?").fill("Buyer")
    page.wait_for_timeout(1600)
    page.get_by_label("Your mail address").fill("ada@brackwater.example")
    page.get_by_role("button", name="Get the paper").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Thank you. Here it is"
    assert page.context.cookies() == []
    row = GateSubmission.objects.get(email="ada@brackwater.example")
    assert (row.visitor, row.state) == (None, "taken")
    address = page.locator("a.gate-file").get_attribute("href")
    answer = page.context.request.get(site.url + address)
    assert (answer.status, answer.body()) == (200, PAPER)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_form_says_what_is_wrong_and_fits_a_narrow_screen(site, gated, new_page, scheme):
    page = new_page(viewport=TINY, color_scheme=scheme)
    open_form(page, site)
    assert not overflows(page)
    page.locator("form.gate-form").evaluate("form => { form.noValidate = true; }")
    page.get_by_label("Your mail address").fill("nobody")
    page.get_by_role("button", name="Get the paper").click()
    page.get_by_text("This is no mail address").wait_for()
    page.errors.clear()  # the browser logs the 422 that this page is
    assert violations(page) == []
    assert not overflows(page)
    shoot(page, f"wrong-{scheme}")


def test_link_that_does_not_work_is_answered_kindly(site, gated, new_page):
    page = new_page(viewport=NARROW)
    page.goto(f"{site.url}/get/files/v1.a.b.c/")
    page.errors.clear()  # the browser logs the 404 that this page is
    assert page.get_by_role("heading", name="This link does not work").count() == 1
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_screens_of_gates_are_accessible(site, gated, new_page, scheme):
    page = new_page(color_scheme=scheme)
    login(page, site, "mara", policy.MARKETER)
    gate = Gate.objects.get()
    for name, path in (
        ("list", reverse("gates:index")),
        ("gate", reverse("gates:inspect", args=[gate.pk])),
        ("sent", reverse("gates:sent", args=[gate.pk])),
    ):
        page.goto(site.url + path)
        assert violations(page) == []
        shoot(page, f"{name}-{scheme}")
    page.set_viewport_size(NARROW)
    page.goto(site.url + reverse("gates:sent", args=[gate.pk]))
    assert not overflows(page)
    shoot(page, f"sent-narrow-{scheme}")
