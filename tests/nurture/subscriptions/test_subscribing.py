"""New pieces by mail: asked for by a form, confirmed by a button, changed and ended by the reader."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse

from cms import clock
from nurture import erasing, pipeline
from nurture.contacts import people, timeline
from nurture.contacts.models import Contact, FieldChange, Identity
from nurture.rules.triggers import AssetEngaged
from nurture.subscriptions import asking
from nurture.subscriptions.models import Subscription
from tests.nurture.subscriptions import address_in
from tests.nurture.subscriptions.conftest import BROWSER, FORM
from tracking import consent
from tracking.models import ConsentEvent, Event, Visitor

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
State = Subscription.State


def test_form_stands_on_every_page_and_asks_for_topics_and_cadence(client, topics, make_piece):
    make_piece("A piece")
    for path in ("/", "/a-piece/", "/topics/", "/topics/cost/", "/search/", "/nothing/", "/your-data/"):
        html = client.get(path).content.decode()
        assert f'action="{FORM}"' in html, path
        assert re.findall(r'name="cadence" value="(\w+)"', html) == ["daily", "weekly", "monthly"], path
        assert html.count('name="topics"') == 2, path


def test_nothing_is_sent_before_the_button_is_pressed(client, send, topics, mailoutbox):
    answer = send(topics=[topics[0].pk], cadence="monthly")
    assert (answer.status_code, answer["Location"], answer.cookies) == (303, f"{FORM}?sent#content", {})
    assert "Look into your mailbox" in client.get(f"{FORM}?sent").content.decode()
    [mail] = mailoutbox
    assert (mail.to, mail.extra_headers) == (["ines@example.com"], {"X-Lane": "transactional"})
    assert "Once a month; Cost" in mail.body
    page = client.get(address_in(mail))  # as a scanner of mail does
    assert "Yes, subscribe me" in page.content.decode()
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert (Subscription.objects.get().state, Contact.objects.count(), ConsentEvent.objects.count()) == ("asked", 0, 0)


def test_button_makes_a_contact_who_agreed_to_these_words(client, send, topics, mailoutbox):
    send(topics=[topics[0].pk])
    for _n in range(2):
        answer = client.post(address_in(mailoutbox[0]), {"do": "confirm"}, headers={"User-Agent": "Browser"})
        assert answer.status_code == 303
    contact, made = Contact.objects.get(), Subscription.objects.get()
    assert (made.state, made.contact, made.email, made.network_key) == (State.LIVE, contact, "", "")
    [said] = ConsentEvent.objects.filter(subject=contact.subject)
    assert (said.purpose, said.action, said.wording) == ("email", "given", made.wording)
    assert said.proof == {"subscription": made.key.hex, "user_agent": "Browser"}
    assert "You are subscribed" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("pressed_in", [UUID(int=7), UUID(int=8)])
def test_browser_is_theirs_where_it_asked_and_pressed(send, client, mailoutbox, pressed_in):
    for key in (UUID(int=7), UUID(int=8)):
        Visitor.objects.create(key=key, first_seen_at=clock.now(), last_seen_at=clock.now())
    send(visitor=str(UUID(int=7)))
    client.post(address_in(mailoutbox[0]), {"do": "confirm", "visitor": str(pressed_in)})
    assert Identity.objects.filter(visitor__key=pressed_in).exists() == (pressed_in == UUID(int=7))


def test_who_is_subscribed_already_is_mailed_the_way_to_change_it_and_the_page_says_the_same(
    subscribed, send, mailoutbox
):
    mine = subscribed()
    answer = send(cadence="daily")
    assert answer["Location"] == f"{FORM}?sent#content"
    assert mailoutbox[-1].subject == "You are subscribed already"
    assert address_in(mailoutbox[-1]) == reverse("subscription", args=[mine.key])


def test_second_subscription_takes_the_place_of_the_first(subscribed, send, client, mailoutbox):
    send()
    send()
    for mail in mailoutbox[:2]:
        client.post(address_in(mail), {"do": "confirm"})
    assert list(Subscription.objects.order_by("pk").values_list("state", flat=True)) == [State.ENDED, State.LIVE]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": ""}, "Give the address"),
        ({"email": "nobody"}, "looks like name@example.com"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "looks like"),
        ({"cadence": "hourly"}, "Select a valid choice"),
        ({"topics": ["99"]}, "Select a valid choice"),
        ({"topics": ["x"]}, "valid"),
        ({"token": "forged"}, "open for too long"),
        ({"wait": 1}, "faster than people write"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(send, mailoutbox, fields, words):
    answer = send(**fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert (Subscription.objects.count(), mailoutbox) == (0, [])


def test_robot_that_fills_in_what_people_do_not_see_is_told_the_same_and_mails_nobody(send, mailoutbox):
    assert send(website="x")["Location"] == f"{FORM}?sent#content"
    assert (Subscription.objects.count(), mailoutbox) == (0, [])


def test_too_many_are_refused(send, mailoutbox):
    for n in range(3):
        assert send(REMOTE_ADDR=f"198.51.{n}.1").status_code == 303
    assert send(REMOTE_ADDR="198.51.9.1").status_code == 429
    for n in range(10):
        assert send(email=f"n{n}@example.com").status_code == 303
    assert send(email="other@example.com").status_code == 429
    assert len(mailoutbox) == 13


def test_complaint_is_not_lifted_by_a_new_yes(subscribed):
    hmac = consent.address_hmac("ines@example.com")
    consent.suppress(hmac, consent.Reason.COMPLAINT, source="webhook")
    subscribed()
    assert consent.suppressed([hmac]) == {hmac: {"global"}}


def test_reader_changes_and_ends_it_behind_the_link_and_a_get_does_neither(client, subscribed, topics):
    mine = subscribed()
    address = reverse("subscription", args=[mine.key])
    assert client.get(address).status_code == 200
    answer = client.post(address, {"do": "change", "cadence": "daily", "topics": [topics[1].pk]})
    mine.refresh_from_db()
    assert (answer.status_code, mine.cadence, list(mine.topics.all())) == (303, "daily", topics[1:])
    assert mine.due_at == mine.since + timedelta(days=1)
    assert client.post(address, {"do": "change", "cadence": "never"}).status_code == 422
    client.post(address, {"do": "end"})
    mine.refresh_from_db()
    assert (mine.state, mine.due_at) == (State.ENDED, None)
    assert "no more of these mails" in client.get(address).content.decode()
    assert client.get(reverse("subscription", args=[UUID(int=9)])).status_code == 404


def test_unconfirmed_are_forgotten_and_networks_earlier(send, later):
    send()
    later(days=2)
    assert (asking.forget(), Subscription.objects.get().network_key) == (1, "")
    later(days=13)
    asking.forget()
    assert Subscription.objects.count() == 0


def test_erasing_a_contact_takes_the_subscription_along_and_the_export_has_it(subscribed, topics, admin):
    mine = subscribed(topics=[topics[0].pk])
    [told] = erasing.export(mine.contact)["subscriptions"]
    assert (told["state"], told["topics__name"]) == ("live", "Cost")
    erasing.erase(mine.contact, admin)
    assert Subscription.objects.count() == 0


def test_contact_made_so_is_known_by_address(subscribed):
    mine = subscribed(email="Ines@Example.com")
    assert people.by_address("ines@example.com") == mine.contact


def test_confirming_and_ending_are_one_event_each_and_stand_on_the_timeline(subscribed, client, topics):
    mine = subscribed(topics=[topics[0].pk])
    where = reverse("subscription", args=[mine.key])
    for do in ("confirm", "end", "end"):
        client.post(where, {"do": do}, headers=BROWSER)
    client.get(where)
    while pipeline.react():
        pass
    events = list(Event.objects.order_by("occurred_at").values_list("kind", "verdict", "source"))
    assert events == [("subscription_confirmed", "human", "site"), ("subscription_ended", "human", "site")]
    texts = [entry.text for entry in timeline.read(mine.contact).entries]
    assert "Subscribed to new pieces by mail: once a week" in texts
    assert "Ended the subscription to new pieces" in texts
    told = FieldChange.objects.get(subject=mine.contact.subject, field="interest")
    assert (told.new, told.source) == (str(topics[0].pk), "subscription")


def test_changing_topics_tells_of_interests_as_subscribing_did_and_the_same_choice_is_no_event(
    subscribed, client, topics
):
    mine = subscribed(topics=[topics[0].pk])
    where = reverse("subscription", args=[mine.key])
    for cadence, chosen in (("weekly", [0]), ("weekly", [1]), ("daily", [1]), ("daily", [1])):
        said = {"do": "change", "cadence": cadence, "topics": [topics[n].pk for n in chosen]}
        assert client.post(where, said, headers=BROWSER).status_code == 303
    while pipeline.react():
        pass
    events = Event.objects.filter(kind="subscription_changed").order_by("occurred_at")
    assert [event.properties.get("topics") for event in events] == [[topics[1].pk], [topics[1].pk]]
    told = FieldChange.objects.filter(subject=mine.contact.subject, field="interest").values_list("new", "source")
    assert set(told) == {(str(topics[0].pk), "subscription"), (str(topics[1].pk), "subscription")}
    texts = [entry.text for entry in timeline.read(mine.contact).entries]
    assert "Changed the subscription to new pieces: as they come, at most once a day" in texts


def test_change_of_an_ended_subscription_is_neither_kept_nor_told(subscribed, client, topics):
    mine = subscribed()
    where = reverse("subscription", args=[mine.key])
    client.post(where, {"do": "end"}, headers=BROWSER)
    client.post(where, {"do": "change", "cadence": "daily", "topics": [topics[1].pk]}, headers=BROWSER)
    assert (list(mine.topics.all()), Event.objects.filter(kind="subscription_changed").count()) == ([], 0)


def test_event_is_rolled_back_with_what_it_tells(subscribed, send, client, mailoutbox, monkeypatch):
    send()
    where = address_in(mailoutbox[-1])
    monkeypatch.setattr("nurture.subscriptions.asking.onsite.record", _away)
    with pytest.raises(OSError, match="away"):
        client.post(where, {"do": "confirm"})
    assert (Subscription.objects.get().state, Contact.objects.count()) == (State.ASKED, 0)


def _away(*args, **kwargs):
    raise OSError("the ledger is away")


def test_rule_that_waits_for_a_subscription_names_no_piece():
    params = {"kinds": ["subscription_confirmed"], "pieces": [], "min_seconds": None}
    params |= {key: [] for key in ("stages", "personas", "topics", "formats")}
    assert AssetEngaged.sentence(params) == "somebody subscribes to new pieces by mail"
