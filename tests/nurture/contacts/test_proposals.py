"""`alias` proposes that two ids are one reader: a person sees it, decides, and can take it back; no machine merges."""

import base64
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import RequestFactory
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock, policy, ports
from nurture import pipeline
from nurture.contacts import deciding, identities, proposals
from nurture.contacts.models import Contact, Engagement, Identity, MergeProposal
from tests.tracking.calling import call
from tests.tracking.conftest import own_writer
from tracking import consent, keys, segment, wordings
from tracking import pipeline as ledger
from tracking.models import Event

__all__ = ["own_writer"]
pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("own_writer"),
]
SHOP = "https://shop.example"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LIST = "nurture:proposals"


@pytest.fixture
def crm():
    return keys.make("crm", "server")


@pytest.fixture
def shop():
    return keys.make("shop", "browser", [SHOP])


def send(key, kind, **fields):
    basic = base64.b64encode(f"{key}:".encode()).decode()
    headers = {
        "authorization": f"Basic {basic}", "origin": SHOP, "user-agent": FIREFOX, "accept-language": "en",
    }  # fmt: skip
    message = {"messageId": str(uuid4()), "context": {"userAgent": FIREFOX}} | fields
    assert call(("POST", f"/v1/{kind}", {"json": message, "headers": headers}))[0].status_code == 200
    ledger.run_batch()
    pipeline.react()


def states():
    return list(MergeProposal.objects.order_by("pk").values_list("previous", "state"))


def counted():
    """[whose] of the pages that count, oldest first."""
    pipeline.react()
    return list(Engagement.objects.order_by("occurred_at", "pk").values_list("contact__first_name", flat=True))


def mark(proposal):
    return deciding.question(proposal).mark


@pytest.fixture
def proposed(contact, crm):
    """Ines is user 7 of the CRM; a browser read a page; the CRM says that it is hers. The browser's id."""
    browser = str(uuid4())
    send(crm, "identify", userId="7", traits={"email": contact.email})
    send(crm, "page", anonymousId=browser, properties={"url": "https://x.example/prices/"})
    send(crm, "alias", userId="7", previousId=browser)
    return browser


def test_a_yes_counts_what_was_read_for_the_contact_and_taking_it_back_undoes_it(contact, proposed, marketer):
    one = MergeProposal.objects.get()
    assert (one.state, one.contact, one.other, one.key_name, one.by_page) == ("open", contact, None, "crm", False)
    assert counted() == []  # a proposal alone does nothing
    deciding.accept(one.pk, mark(one), marketer)
    assert counted() == ["Ines"]
    edge = Identity.objects.get(kind="decided")
    assert (str(edge.visitor.key), edge.contact) == (proposed, contact)
    assert str(one.event_uuid) in edge.evidence
    assert ports.reader(RequestFactory().post("/", {"visitor": proposed}))["known"] == {}  # no form is filled by it
    deciding.take_back(one.pk, marketer)
    assert (counted(), states()) == ([], [(proposed, "open")])
    entries = ModelLogEntry.objects.filter(action__startswith="nurture.merge").order_by("pk")
    assert [(entry.action, entry.user, entry.object_id) for entry in entries] == [
        ("nurture.merge_accepted", marketer, str(contact.pk)),
        ("nurture.merge_taken_back", marketer, str(contact.pk)),
    ]


def test_a_no_stays_a_no_however_often_it_is_said_again(crm, proposed, marketer):
    one = MergeProposal.objects.get()
    deciding.decline(one.pk, mark(one), marketer)
    send(crm, "alias", userId="7", previousId=proposed)
    assert (states(), counted()) == ([(proposed, "declined")], [])


def test_two_known_people_stay_two_and_what_the_one_read_counts_for_the_other(make_contact, contact, crm, marketer):
    kim = make_contact("kim", phone="1")
    for user, person in (("7", contact), ("8", kim)):
        send(crm, "identify", userId=user, traits={"email": person.email})
    send(crm, "page", userId="8")
    send(crm, "alias", userId="7", previousId="8")
    before = list(Contact.objects.order_by("pk").values())
    one = MergeProposal.objects.get()
    assert (one.contact, one.other, counted()) == (contact, kim, ["Kim"])
    deciding.accept(one.pk, mark(one), marketer)
    assert (counted(), list(Contact.objects.order_by("pk").values())) == (["Ines"], before)
    deciding.take_back(one.pk, marketer)
    assert counted() == ["Kim"]
    assert identities.of_contact(kim)[0].kind == "api"  # as it was


def test_what_is_one_contacts_already_asks_nobody(contact, crm):
    browser = str(uuid4())
    send(crm, "alias", userId="7", previousId=browser)
    assert states() == [(browser, "waiting")]
    send(crm, "identify", userId="7", anonymousId=browser, traits={"email": contact.email})
    assert states() == []


def test_waits_until_somebody_is_known_by_an_id_and_at_most_a_quarter(contact, crm):
    send(crm, "alias", userId="7", previousId="old-7")
    assert (states(), proposals.forget_old()) == ([("old-7", "waiting")], 0)
    send(crm, "identify", userId="7", traits={"email": contact.email})
    assert states() == [("old-7", "open")]
    identities.revoke(Identity.objects.get())
    assert states() == [("old-7", "waiting")]
    MergeProposal.objects.update(said_at=clock.now() - timedelta(days=91))
    assert (proposals.forget_old(), states()) == (1, [])


def test_a_page_speaks_of_its_own_browser_alone_and_not_endlessly(contact, crm, shop, monkeypatch):
    monkeypatch.setattr(proposals, "CROWD", 2)
    send(crm, "identify", userId="7", traits={"email": contact.email})
    mine, other = str(uuid4()), str(uuid4())
    send(shop, "alias", anonymousId=mine, userId="7", previousId=other)
    assert states() == []
    send(shop, "alias", anonymousId=mine, userId="7", previousId=mine)
    one = MergeProposal.objects.get()
    assert (one.state, one.by_page, one.key_name, one.site) == ("open", True, "shop", SHOP)
    for _ in range(3):
        mine = str(uuid4())
        send(shop, "alias", anonymousId=mine, userId="7", previousId=mine)
    assert MergeProposal.objects.count() == 2
    assert Identity.objects.count() == 1
    # The ids stand on the proposal alone, where they go with the person.
    assert {str(said) for said in Event.objects.filter(kind=proposals.KIND).values_list("properties", flat=True)} == {
        "{}"
    }


def test_who_wants_not_to_be_recognised_is_proposed_to_nobody(contact, proposed):
    consent.answer(UUID(proposed), wordings.SITE_PROFILE, False, source="banner", wording="", proof={})
    assert pipeline.respect() == 1
    assert states() == []


def test_what_changed_since_it_was_shown_is_not_decided(client, make_contact, proposed, marketer):
    one, seen = MergeProposal.objects.get(), None
    seen = mark(one)
    identities.identify(make_contact("kim"), UUID(proposed), Identity.Kind.FORM)
    client.force_login(marketer)
    for decision in ("accept", "decline"):
        answer = client.post(reverse("nurture:proposal", args=[one.pk]), {"decision": decision, "mark": seen})
        assert answer.status_code == 409
        assert "not as you saw it" in answer.content.decode()
    assert client.post(reverse("nurture:proposal", args=[one.pk]), {"decision": "back"}).status_code == 409
    assert states() == [(proposed, "open")]


def test_marketer_sees_what_is_proposed_decides_and_takes_it_back(client, contact, proposed, marketer):
    client.force_login(marketer)
    place = reverse("nurture:proposal", args=[MergeProposal.objects.get().pk])
    assert reverse(LIST) in client.get(reverse("nurture:contacts")).content.decode()  # in the menu
    listed = client.get(reverse(LIST)).content.decode()
    assert f"7 = {proposed}" in listed
    assert "Said by a server, under the key crm" in listed
    page = client.get(place)
    text = page.content.decode()
    for words in ("that these two are one reader", "Ines Ferro", "Nobody we know", "counts for", "Page viewed"):
        assert words in text
    data = {"decision": "accept", "mark": page.context["asked"].mark}
    assert client.post(place, data).url == reverse(LIST)
    assert "Nothing to decide" in client.get(reverse(LIST)).content.decode()
    assert proposed in client.get(reverse(LIST), {"state": "accepted"}).content.decode()
    assert proposed not in client.get(reverse(LIST), {"state": "accepted", "by_page": "true"}).content.decode()
    assert "decided on" in client.get(place).content.decode()
    assert client.post(place, {"decision": "back"}).status_code == 302
    assert client.post(place, {"decision": "whatever"}).status_code == 404
    assert states() == [(proposed, "open")]


def test_only_marketers_and_sales_managers_decide(client, make_user, owner, stranger, editor, marketer, proposed):
    places = (reverse(LIST), reverse("nurture:proposal", args=[MergeProposal.objects.get().pk]))
    for user, status in (
        (owner, 302), (stranger, 302), (editor, 302), (marketer, 200), (make_user("mo", policy.SALES_MANAGER), 200)
    ):  # fmt: skip
        client.force_login(user)
        assert [client.get(place).status_code for place in places] == [status, status]
        assert (reverse(LIST) in client.get(reverse("nurture:contacts")).content.decode()) == (status == 200)
    client.force_login(owner)
    client.post(places[1], {"decision": "accept", "mark": mark(MergeProposal.objects.get())})
    client.force_login(marketer)
    assert client.get(reverse("nurture:proposal", args=[999])).status_code == 404
    assert client.post(reverse("nurture:proposal", args=[999]), {"decision": "back"}).status_code == 404
    assert states()[0][1] == "open"


def fill(number, contact):
    for at in range(number):
        MergeProposal.objects.create(
            event_uuid=uuid4(), user=f"u{at}", previous=f"p{at}", user_key=uuid4(), previous_user_key=uuid4(),
            previous_browser_key=uuid4(), by_page=False, said_at=clock.now(), state="open", contact=contact,
        )  # fmt: skip


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_the_same_with_one_row_and_three(client, contact, marketer, django_assert_num_queries, number):
    fill(number, contact)
    client.force_login(marketer)
    client.get(reverse(LIST))
    with django_assert_num_queries(11):
        client.get(reverse(LIST))


def test_list_pages_by_key(client, contact, marketer):
    fill(25, contact)
    client.force_login(marketer)
    first = client.get(reverse(LIST))
    assert [row.user for row in first.context["object_list"]] == [f"u{at}" for at in range(24, 4, -1)]
    rest = client.get(reverse(LIST), {"older": first.context["older"]})
    assert [row.user for row in rest.context["object_list"]] == [f"u{at}" for at in range(4, -1, -1)]


def test_question_costs_the_same_with_little_and_much(client, crm, proposed, marketer, django_assert_num_queries):
    client.force_login(marketer)
    place = reverse("nurture:proposal", args=[MergeProposal.objects.get().pk])
    client.get(place)
    for pages in (0, 4):
        for _ in range(pages):
            send(crm, "page", anonymousId=proposed)
        with django_assert_num_queries(17):
            client.get(place)


def test_proposals_are_taken_in_a_constant_number_of_queries(contact, crm, shop, django_assert_num_queries):
    send(crm, "identify", userId="7", traits={"email": contact.email})
    for number in (1, 3):
        events = []
        for at in range(number):
            browser = uuid4()
            send(shop, "page", anonymousId=str(browser))
            event = Event.objects.get(visitor__key=browser)
            event.uuid = uuid4()
            event.properties = {"user": f"{number}-{at}", "previous": str(browser), "key": keys.read(shop).digest}
            events.append(event)
        with django_assert_num_queries(6):
            proposals.take(events)
    assert MergeProposal.objects.filter(key_name="shop").count() == 4
    assert segment.browser_key(str(browser)) == str(browser)
