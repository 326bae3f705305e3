"""The library's screens as staff meet them: full and empty, light and dark, on a desk and on a phone."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from cms import agreements, clock, placements, policy, reuse
from cms.models import (
    AssetPage,
    BuyingStage,
    Campaign,
    CampaignCost,
    HomePage,
    Persona,
    PersonaNote,
    Scorecard,
    SignalAgreement,
    Topic,
    User,
)
from nurture.contacts.models import Account, Contact
from nurture.sales import shares
from tests.browser.conftest import NARROW, WIDE, login, overflows, violations

LISTS = {
    "assets": "/admin/library/assets/",
    "agreements": "/admin/library/agreements/",
    "cycle": "/admin/library/cycle/",
    "placements": "/admin/library/stages-of-pieces/",
    "stages": "/admin/library/stages/",
    "personas": "/admin/library/personas/",
    "topics": "/admin/library/topics/",
    "objections": "/admin/library/objections/",
    "authors": "/admin/library/authors/",
    "campaigns": "/admin/library/campaigns/",
    "import": "/admin/library/import/",
    "scorecard": "/admin/reports/scorecard/",
    "people outside": "/admin/reports/people-outside/?q=careful",
    "sales library": "/admin/nurture/sales/library/",
}
VIEWS = [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")]


def wrong(page, site, addresses):
    """{name: what axe finds, and whether it scrolls sideways} of those that are not as they should be."""
    found = {}
    for name, address in addresses.items():
        page.goto(site.url + address)
        page.wait_for_load_state("networkidle")
        problems = violations(page) + (["scrolls sideways"] if overflows(page) else [])
        if problems:
            found[name] = problems
    return found


@pytest.fixture(scope="module")
def full(site):
    """Something of everything, and the addresses of its screens."""
    stage, persona = BuyingStage.objects.first(), Persona.objects.create(slug="buyer", name="Careful buyer")
    topic = Topic.objects.create(slug="claims", name="Claims", description="What warm loads cost.")
    campaign = Campaign.objects.create(name="Hot week", objective="Fewer warm loads.", utm_campaign="hot-week")
    CampaignCost.objects.create(campaign=campaign, what="Stand at the fair", amount=1200)
    home, pieces = HomePage.objects.get(), []
    table = {"caption": "", "columns": [{"type": "text", "heading": "Item"}], "rows": [{"values": ["Product"]}]}
    body = [{"type": "text", "value": "<p>Text.</p>"}, {"type": "table", "value": table}]
    for title in ("What a warm hour costs", "Seven checks before the first hot week of the year", "Brief"):
        page = home.add_child(instance=AssetPage(title=title, primary_stage=stage, campaign=campaign, body=body))
        page.topics.add(topic)
        page.personas.add(persona)
        page.save()
        Scorecard.objects.create(
            asset=page, days=90, readers=12, known=7, placed=6, relevance=50, counted_at=clock.now()
        )
        pieces.append(page)
    sofia = User.objects.create_user("b-sofia", "b-sofia@lede.example", "a long password")
    sofia.groups.set([policy.Group.objects.get(name=policy.SALES_MANAGER)])
    agreement = SignalAgreement(name="Pilot and price", reason="They build a case.", stage=stage)
    agreement.expires_on = timezone.localdate() + timedelta(days=3)
    agreement.save()
    revision = agreement.save_revision(user=sofia)
    revision.publish()
    agreements.sign(agreement, revision, sofia)
    placements.agree([(pieces[0].pk, stage.pk)], sofia)
    placements.dispute([(pieces[1].pk, stage.pk)], sofia, "Later.")
    reuse.write(pieces[0], sofia, "May be cut into three.")
    PersonaNote.objects.create(persona=persona, who="A careful head of logistics", held_on="2026-03-01", notes="Cold.")
    contact = Contact.objects.create(
        email="yara@brack.example", first_name="Yara", last_name="Ferro", account=Account.objects.create(name="Brack")
    )
    share = shares.share(pieces[0], contact, sofia, "copied", ref=uuid.uuid4())
    pk = pieces[0].pk
    return {
        "editor": f"/admin/pages/{pk}/edit/",
        "agreement": f"/admin/library/agreements/inspect/{agreement.pk}/",
        "placement": f"/admin/library/stages-of-pieces/{pieces[1].pk}/",
        "persona": f"/admin/library/personas/page/{persona.pk}/",
        "merge": f"/admin/library/topics/merge/{topic.pk}/",
        "campaign": f"/admin/library/campaigns/inspect/{campaign.pk}/",
        "campaign's form": f"/admin/library/campaigns/edit/{campaign.pk}/",
        "use": f"/admin/library/pieces/{pk}/use/",
        "scorecard of a piece": f"/admin/reports/scorecard/{pk}/",
        "classify": f"/admin/bulk/wagtailcore/page/classify/?id={pk}",
        "import form": "/admin/library/import/new/markdown/",
        "library for a contact": f"/admin/nurture/sales/library/for/{contact.pk}/",
        "piece to share": f"/admin/nurture/sales/library/{pk}/",
        "share": f"/admin/nurture/sales/library/{pk}/share/{contact.pk}/",
        "shared": f"/admin/nurture/sales/shares/{share.pk}/",
    }


def test_empty_screens_are_accessible_and_say_what_would_stand_there(site, new_page):
    page = new_page(viewport=NARROW)
    login(page, site, "admin", policy.ADMIN)
    assert wrong(page, site, LISTS) == {}


@pytest.mark.parametrize(("viewport", "scheme"), VIEWS, ids=[f"{v['width']}-{scheme}" for v, scheme in VIEWS])
def test_full_screens_are_accessible_and_fit(site, new_page, full, viewport, scheme):
    page = new_page(viewport=viewport, color_scheme=scheme)
    login(page, site, "admin", policy.ADMIN)
    assert wrong(page, site, LISTS | full) == {}


def test_people_outside_are_forgotten_after_a_page_that_says_what_goes(site, new_page, full):
    page = new_page(viewport=NARROW)
    login(page, site, "admin", policy.ADMIN)
    page.goto(site.url + LISTS["people outside"])
    page.get_by_label("A careful head of logistics").check()
    page.get_by_role("button", name="Forget them…").click()
    page.get_by_text("There is no way back.").wait_for()
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_role("link", name="No, go back").click()
    page.get_by_label("Name or mail address, or part of it").wait_for()


def test_salesperson_copies_a_link_leaves_a_note_and_the_cycle_prints_without_the_menu(site, new_page, full):
    page = new_page()
    login(page, site, "b-sofia")
    page.goto(site.url + full["use"])
    page.get_by_label("Tell colleagues").fill("Ask Brack first.")
    page.get_by_role("button", name="Keep the note").click()
    page.get_by_text("Ask Brack first.", exact=True).wait_for()
    page.goto(site.url + full["shared"])
    assert "#l=" in page.locator("textarea").input_value() or "/t/" in page.locator("textarea").input_value()
    page.goto(site.url + LISTS["cycle"])
    page.emulate_media(media="print")
    assert not page.locator("#wagtail-sidebar").is_visible()
    assert page.locator(".cycle-stage").first.is_visible()
