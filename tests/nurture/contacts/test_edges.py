"""Who a browser belongs to: edges are kept with evidence, taken back by people, and mix nobody up."""

from uuid import uuid4

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock
from nurture import pipeline
from nurture.contacts import domains, identities, people
from nurture.contacts.models import Account, Contact, Engagement, FieldChange, Identity, StageChange
from nurture.mail.models import Delivery, Lane
from nurture.rules import runs
from nurture.rules.models import ActionRun, Rule
from nurture.sales.models import Alert
from tests import ledger
from tests.nurture.rules.conftest import READING
from tracking import batches, consent
from tracking.models import Event, Pending, Visitor

pytestmark = [pytest.mark.db, pytest.mark.django_db]
FORM = Identity.Kind.FORM


@pytest.fixture
def browser():
    """browser(contact) -> a browser tied to them, or to nobody."""

    def make(contact=None):
        now = clock.now()
        visitor = Visitor.objects.create(key=uuid4(), first_seen_at=now, last_seen_at=now)
        if contact:
            identities.tie(contact, visitor, FORM, "Newsletter form of 2 March")
        return visitor

    return make


@pytest.fixture
def does(make_asset):
    """does(browser, link_ref) -> the event of a piece read in that browser or by that link, reacted to."""
    piece = make_asset("How cold is cold")

    def make(visitor=None, link_ref=None):
        now = clock.now()
        event = Event(
            uuid=uuid4(), kind="asset_read", occurred_at=now, received_at=now, source="script", visitor=visitor,
            asset=piece, verdict="human", link_ref=link_ref,
        )  # fmt: skip
        ledger.store(event)
        batches.insert(Pending, [Pending(consumer="nurture", event_uuid=event.uuid)])
        pipeline.react()
        return event

    return make


def mail_to(contact):
    return Delivery.objects.create(
        contact=contact, occasion=f"rule:{uuid4()}", lane=Lane.MARKETING, address=contact.email, state="sent",
        address_hmac=consent.address_hmac(contact.email), not_before=clock.now(), created_at=clock.now(),
    ).ref  # fmt: skip


def whose():
    """{contact: (events, of those by a link in mail alone)}"""
    found = {}
    for row in Engagement.objects.select_related("contact"):
        every, by_link = found.get(row.contact.first_name, (0, 0))
        found[row.contact.first_name] = (every + 1, by_link + row.by_mail_link)
    return found


def test_link_in_a_mail_counts_for_whom_it_was_mailed_to_and_ties_no_browser(contact, browser, does):
    visitor = browser()
    does(visitor, mail_to(contact))
    does(visitor)
    assert whose() == {"Ines": (1, 1)}
    assert Identity.objects.count() == 0


def test_forwarded_mail_read_by_somebody_we_know_is_theirs(contact, make_contact, browser, does):
    kim = make_contact("kim")
    does(browser(kim), mail_to(contact))
    assert whose() == {"Kim": (1, 0)}


def test_second_person_at_a_shared_computer_takes_over_nothing(contact, make_contact, browser, does):
    kim, visitor = make_contact("kim"), browser(contact)
    does(visitor)
    assert identities.identify(kim, visitor.key, FORM) is None
    does(visitor)
    assert whose() == {"Ines": (2, 0)}
    assert identities.identify(contact, visitor.key, FORM) == Identity.objects.get()
    assert identities.identify(kim, uuid4(), Identity.Kind.API, "server key crm").contact == kim


def test_edge_is_taken_back_by_a_person_with_what_it_brought(
    client, contact, browser, does, owner, colleague, stranger
):
    visitor = browser(contact)
    does(visitor)
    does(visitor, mail_to(contact))
    edge = Identity.objects.get()
    url = reverse("nurture:edge_remove", args=[contact.pk, edge.pk])
    for user, status in ((colleague, 404), (stranger, 302)):
        client.force_login(user)
        assert (client.get(url).status_code, client.post(url).status_code) == (status, status)
    client.force_login(owner)
    assert "Newsletter form of 2 March" in client.get(reverse("nurture:contact", args=[contact.pk])).content.decode()
    assert "2 events of it stand on their timeline" in client.get(url).content.decode()
    assert whose() == {"Ines": (2, 0)}
    assert client.post(url).status_code == 302
    pipeline.react()
    assert whose() == {"Ines": (1, 1)}  # the link in the mail still says so
    edge.refresh_from_db()
    assert edge.revoked_at
    entry = ModelLogEntry.objects.get(action="nurture.identity_revoked")
    assert (entry.user, entry.data["browser"]) == (owner, str(visitor.key))
    assert client.post(url).status_code == 404
    assert "Taken back on" in client.get(reverse("nurture:contact", args=[contact.pk])).content.decode()


def make_rule():
    rule = Rule(name="Reads", why="Because.", again_after_days=0, live=False, trigger=[("asset_engaged", READING)])
    rule.actions = [("move_stage", {"stage": "test-choosing", "forward_only": True}), ("alert_owner", {"reason": ""})]
    rule.save()
    rule.save_revision().publish()


def test_what_one_of_us_does_is_kept_and_decides_nothing(make_contact, browser, does):
    make_rule()
    does(browser(make_contact("kim", internal=True)))
    assert [row.human for row in Engagement.objects.all()] == [False]
    assert (ActionRun.objects.count(), StageChange.objects.count()) == (0, 0)


def test_contact_who_turns_out_to_be_one_of_us_is_undone_and_nobody_told(client, contact, browser, does, marketer):
    make_rule()
    does(browser(contact))
    assert StageChange.objects.count() == 1
    client.force_login(marketer)
    data = {"email": contact.email, "first_name": "Ines", "last_name": "Ferro", "account": contact.account_id}
    edit = reverse("nurture:contact_edit", args=[contact.pk])
    assert client.post(edit, data | {"internal": "on"}).status_code == 302
    assert FieldChange.objects.filter(field="internal", new="True").exists()
    assert runs.perform_due() == 1
    pipeline.reconsider()
    assert (Alert.objects.count(), [row.human for row in Engagement.objects.all()]) == (0, [False])
    assert "One of us" in client.get(reverse("nurture:contact", args=[contact.pk])).content.decode()


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("Jo@Example.com", "Example Co"),
        ("jo@sub.example.com", None),
        ("jo@example.co", None),
        ("jo@gmail.com", None),
        ("no address", None),
    ],
)
def test_account_is_found_by_the_very_domain_and_never_guessed(account, address, found):
    Account.objects.create(name="Entered by mistake", domain="gmail.com")
    assert str(domains.account_of(address)) == str(found)


def test_new_person_belongs_to_the_account_of_their_domain(client, account, marketer):
    client.force_login(marketer)
    client.post(reverse("nurture:contact_add"), {"email": "jo@example.com"})
    assert Contact.objects.get(email="jo@example.com").account == account
    assert people.add("kim@example.com", "api", first_name="Kim").account == account
    assert people.add("KIM@example.com", "api", first_name="Else").first_name == "Kim"
    assert set(FieldChange.objects.filter(source="api").values_list("field", "new")) == {
        ("account", str(account.pk)),
        ("email", "kim@example.com"),
        ("first_name", "Kim"),
    }


def test_free_mail_domain_is_no_companys(client, marketer):
    client.force_login(marketer)
    answer = client.post(reverse("nurture:account_add"), {"name": "Mine", "domain": "gmail.com", "kind": "prospect"})
    assert answer.context["form"].errors["domain"] == ["Everybody gets a mailbox at gmail.com, so it tells no company."]
