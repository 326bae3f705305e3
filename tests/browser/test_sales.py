"""The salesperson's screens in Chromium: from the inbox to a decision, the timeline's why, on a phone."""

import uuid
from datetime import timedelta

import pytest

from cms import clock, policy
from cms.models import AssetPage, BuyingStage, HomePage
from nurture.contacts import stages
from nurture.contacts.models import Account, Contact, Engagement
from nurture.rules import causes
from nurture.rules.models import ActionRun
from nurture.sales import alerts
from tests.browser.conftest import NARROW, login, overflows, violations

INBOX = "/admin/nurture/sales/inbox/"


@pytest.fixture
def seller(site, page):
    return login(page, site, "seller", policy.SALESPERSON)


@pytest.fixture
def contact(site, seller):
    """Ines, of an account of the seller's; gone after the test."""
    account = Account.objects.create(name="Example Co", owner=seller)
    stage = BuyingStage.objects.first()
    made = Contact.objects.create(
        email="ines@example.com",
        first_name="Ines",
        last_name="Ferro",
        account=account,
        stage=stage,
        phone="+351 21 000",
    )
    yield made
    made.delete()
    account.delete()


@pytest.fixture
def alert(contact):
    """She read a piece an hour ago, a rule moved her and alerted the seller."""
    piece = AssetPage.objects.filter(slug="cold").first() or HomePage.objects.first().add_child(
        instance=AssetPage(title="How cold is cold", slug="cold", summary="What the numbers on the door mean.")
    )
    engagement = Engagement.objects.create(
        contact=contact,
        event_uuid=uuid.uuid4(),
        kind="asset_read",
        occurred_at=clock.now() - timedelta(hours=1),
        asset=piece,
        asset_title=piece.title,
        by_mail_link=True,
        properties={"seconds": 180, "depth": 100},
    )
    cause = causes.from_engagement(engagement)
    values = {"contact": contact, "cause_uuid": cause.uuid, "caused_at": cause.at, "state": "done"}
    values |= {"due_at": cause.at, "created_at": cause.at, "params": {"reason": ""}}
    values["cause"] = cause.as_json() | {"rule": "Costs", "why": "Who reads this builds a case for their board."}
    ActionRun.objects.create(key=uuid.uuid4().hex, action="move_stage", outcome="Moved.", **values)
    stages.move(contact, BuyingStage.objects.last(), reason="Costs", at=cause.at, cause_uuid=cause.uuid)
    return alerts.raise_for(ActionRun.objects.create(key=uuid.uuid4().hex, action="alert_owner", **values))


def test_seller_accepts_by_keyboard_and_finds_it_on_the_timeline(site, page, alert):
    page.goto(site.url + INBOX)
    card = page.locator(f'[data-alert="{alert.pk}"]')
    assert card.get_by_text("By the link mailed to ines@example.com: proves the mailbox, not the person.").count() == 1
    card.get_by_label("Note").focus()
    page.keyboard.type("Meeting on Friday")
    card.get_by_role("button", name="Accept").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Ines Ferro: accepted. It stands on the timeline.").wait_for()
    page.get_by_role("heading", name="Nobody to call right now").wait_for()

    page.goto(f"{site.url}/admin/nurture/contacts/{alert.contact_id}/")
    said = page.locator('[data-source="outcome"]').inner_text()
    assert "seller accepted the alert" in said
    assert "Meeting on Friday" in said


def test_rejecting_without_a_reason_is_said(site, page, alert):
    page.goto(site.url + INBOX)
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.get_by_role("button", name="Reject").click()
    assert answer.value.status == 422
    page.get_by_role("alert").get_by_text("Say why you reject it").wait_for()
    page.errors = [line for line in page.errors if "422" not in line]  # the browser logs every answer of 4xx
    page.get_by_label("Note").fill("They have no budget this year")
    page.get_by_role("button", name="Reject").click()
    page.get_by_text("Ines Ferro: rejected. It stands on the timeline.").wait_for()


def test_stage_move_opens_to_its_why(site, page, alert):
    page.goto(f"{site.url}/admin/nurture/contacts/{alert.contact_id}/")
    move = page.locator('[data-source="stage"]')
    assert not move.get_by_text("Who reads this builds a case").is_visible()
    move.get_by_text("Why", exact=True).click()
    move.get_by_text("Who reads this builds a case").wait_for()
    move.get_by_text("Read ‘How cold is cold’, 3 min").wait_for()


def test_stage_is_moved_by_hand_with_a_reason(site, page, contact):
    page.goto(f"{site.url}/admin/nurture/contacts/{contact.pk}/")
    page.get_by_role("link", name="Move stage").click()
    page.get_by_label("Decision").check()
    page.get_by_label("Why").fill("Asked for an offer")
    page.get_by_role("button", name="Move").click()
    page.get_by_text("Ines Ferro is now at Decision.").wait_for()
    assert "By seller: Asked for an offer" in page.locator('[data-source="stage"]').inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_screens_fit_a_phone_and_are_accessible(site, new_page, alert, scheme):
    page = new_page(viewport=NARROW, color_scheme=scheme)
    login(page, site, "seller")
    contact = alert.contact_id
    screens = (INBOX, f"{INBOX}{alert.pk}/", "/admin/nurture/contacts/", f"/admin/nurture/contacts/{contact}/")
    account = f"/admin/nurture/contacts/accounts/{alert.account_id}/"
    found = {}
    for path in (*screens, account, f"/admin/nurture/contacts/{contact}/edit/"):
        page.goto(site.url + path)
        found[path] = (overflows(page), violations(page))
    edge = page.evaluate("document.querySelector('.people-fields').getBoundingClientRect().right")
    assert edge <= NARROW["width"]  # the form's own edge: what sticks out of it is cut off, not scrolled to
    assert {path: wrong for path, wrong in found.items() if wrong != (False, [])} == {}
