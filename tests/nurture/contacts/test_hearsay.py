"""What a page says of its reader under a public key counts for one visit, and proves, changes and ties nothing."""

import base64
from uuid import UUID, uuid4

import pytest
from django.test import RequestFactory
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock, ports
from nurture import erasing, pipeline
from nurture.contacts import hearsay, identities
from nurture.contacts.models import Contact, Engagement, FieldChange, Identity
from nurture.mail.models import Delivery
from nurture.rules import runs
from nurture.rules.models import ActionRun, Rule
from nurture.sales import alerts
from nurture.sales.models import Alert
from tests.tracking.calling import call
from tests.tracking.conftest import own_writer
from tracking import consent, keys, wordings
from tracking import pipeline as ledger
from tracking.models import Event, Visitor

__all__ = ["own_writer"]
pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("own_writer"),
]
SHOP = "https://shop.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
REMARK = "By what a page said of its reader: ines@example.com. Anybody can say that; it proves nobody."


@pytest.fixture
def shop():
    return keys.make("shop", "browser", [SHOP])


@pytest.fixture
def says(shop):
    """says(browser, address) -> one identify under the public key of the shop, stored and reacted to."""

    def make(browser, address, **traits):
        send(shop, "identify", browser, traits={"email": address} | traits)

    return make


@pytest.fixture
def reads(shop):
    return lambda browser: send(shop, "page", browser)


def send(key, kind, browser, **fields):
    basic = base64.b64encode(f"{key}:".encode()).decode()
    headers = {
        "authorization": f"Basic {basic}", "origin": SHOP, "user-agent": FIREFOX, "accept-language": "en",
    }  # fmt: skip
    message = {"messageId": str(uuid4()), "anonymousId": str(browser), "context": {"userAgent": FIREFOX}} | fields
    assert call(("POST", f"/v1/{kind}", {"json": message, "headers": headers}))[0].status_code == 200
    ledger.run_batch()
    pipeline.react()


def prefilled(browser):
    return ports.reader(RequestFactory().post("/", {"visitor": str(browser)}))["known"]


def counted():
    """[(whose, by a claim)] of what counts."""
    return list(Engagement.objects.order_by("occurred_at", "pk").values_list("contact__first_name", "by_claim"))


def test_claim_counts_for_the_rest_of_the_visit_and_the_alert_says_what_it_proves(contact, says, reads, owner):
    trigger = {"kinds": ["page_viewed"], "pieces": [], "stages": [], "personas": [], "topics": [], "formats": []}
    rule = Rule(name="Looks", why="Because.", again_after_days=0, live=False)
    rule.trigger = [("asset_engaged", trigger | {"min_seconds": None})]
    rule.actions = [("alert_owner", {"reason": "Call."})]
    rule.save()
    rule.save_revision().publish()
    browser = uuid4()
    reads(browser)
    says(browser, " Ines@Example.com")
    reads(browser)
    assert counted() == [("Ines", True)]
    edge = Identity.every.get()
    assert (edge.kind, edge.contact, edge.visitor.key) == ("claim", contact, browser)
    assert edge.evidence == f"identify {Event.objects.get(kind='person_claimed').uuid}, key shop, {SHOP}"
    ActionRun.objects.update(due_at=clock.now())
    assert runs.perform_due() == 1
    alert = Alert.objects.get()
    assert (alert.contact, alert.by_mail_link, alerts.weak_edge_remark(alert)) == (contact, False, REMARK)
    assert REMARK in b"".join(bytes(mail.raw) for mail in Delivery.objects.all()).decode().replace("=\n", "")


def test_forged_claim_changes_prefills_and_takes_over_nothing(contact, make_contact, says, reads):
    kim, hers, his = make_contact("kim"), uuid4(), uuid4()
    identities.identify(kim, hers, Identity.Kind.API, "server key crm")
    before = Contact.objects.filter(pk=contact.pk).values().get()
    for browser in (hers, his):
        says(browser, contact.email, firstName="Mallory", title="Thief", phone="1", company={"name": "Evil"})
        reads(browser)
    assert Contact.objects.filter(pk=contact.pk).values().get() == before
    assert (FieldChange.objects.count(), Contact.objects.count()) == (0, 2)
    assert (prefilled(his), prefilled(hers)["email"]) == ({}, kim.email)
    assert Identity.objects.get().contact == kim
    assert [edge.visitor.key for edge in Identity.every.filter(kind="claim")] == [his]
    assert counted() == [("Kim", False), ("Ines", True)]


def test_address_that_nobody_knows_makes_nobody_and_is_forgotten(says, reads):
    browser = uuid4()
    says(browser, "who@nowhere.example")
    reads(browser)
    assert (Contact.objects.count(), Identity.every.count(), Engagement.objects.count()) == (0, 0, 0)
    assert Event.objects.get(kind="person_claimed").properties == {"site": SHOP}


def test_next_person_at_the_computer_is_not_mixed_up_and_another_visit_is_nobodys(contact, make_contact, says, reads):
    kim, browser = make_contact("kim"), uuid4()
    for person in (contact, kim, contact, contact):
        says(browser, person.email)
        reads(browser)
    assert [name for name, _ in counted()] == ["Ines", "Kim", "Ines", "Ines"]
    assert Identity.every.count() == 3
    Identity.every.update(visit_id=0)  # as if it had been another visit
    reads(browser)
    assert len(counted()) == 4


def test_server_that_identifies_the_browser_wins(contact, make_contact, says, reads):
    kim, browser = make_contact("kim"), uuid4()
    says(browser, contact.email)
    reads(browser)
    send(keys.make("crm", "server"), "identify", browser, traits={"email": kim.email})
    pipeline.react()
    assert counted() == [("Kim", False)]
    assert (Identity.objects.get().kind, prefilled(browser)["email"]) == ("api", kim.email)


def test_objection_takes_claims_back_and_silences_later_ones(contact, says, reads):
    browser = uuid4()
    says(browser, contact.email)
    reads(browser)
    consent.answer(contact.subject, wordings.CLICK_PROFILE, False, source="preference_page", wording="", proof={})
    assert pipeline.respect() == 1
    reads(browser)
    assert counted() == []


def test_claim_is_taken_back_by_a_person_with_what_it_brought(client, contact, says, reads, owner, colleague, stranger):
    browser = uuid4()
    says(browser, contact.email)
    reads(browser)
    edge = Identity.every.get()
    url = reverse("nurture:edge_remove", args=[contact.pk, edge.pk])
    for user, status in ((colleague, 404), (stranger, 302)):
        client.force_login(user)
        assert (client.get(url).status_code, client.post(url).status_code) == (status, status)
    client.force_login(owner)
    page = client.get(reverse("nurture:contact", args=[contact.pk])).content.decode()
    assert "That was somebody else" in page
    assert REMARK in page
    asked = client.get(url).content.decode()
    assert "1 event of it stands" in asked
    assert "Anybody can make a page say so" in asked
    assert client.post(url).status_code == 302
    pipeline.react()
    reads(browser)
    assert counted() == []
    assert ModelLogEntry.objects.get(action="nurture.identity_revoked").data["kind"] == "claim"


def test_export_tells_of_claims_and_erasure_forgets_them(contact, says, reads, owner):
    browser = uuid4()
    says(browser, contact.email)
    reads(browser)
    told = erasing.export(contact)
    assert [row["kind"] for row in told["claimed_by_pages"]] == ["claim"]
    assert told["browsers"] == []
    erasing.erase(contact, owner)
    assert Identity.every.count() == 0
    assert Visitor.objects.get().key == UUID(str(browser))  # it proves nothing, so the browser may be anybody's


def test_claims_are_taken_in_a_constant_number_of_queries(
    contact, make_contact, says, reads, django_assert_num_queries
):
    people = [contact, *(make_contact(f"kim{number}") for number in range(3))]

    def claims(number):
        events = []
        for person in people[:number]:
            key = uuid4()
            reads(key)
            event = Event.objects.get(visitor__key=key)
            event.properties = {"traits": {"email": person.email}}
            events.append(event)
        return events

    for number in (1, 3):
        said = claims(number)
        with django_assert_num_queries(9):
            hearsay.take(said)
