"""Into the queue: once an occasion, in the caller's transaction, suppressed ones named as such."""

from email import message_from_bytes, policy

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import transaction

from nurture.contacts import card, facts
from nurture.contacts.models import Contact, Exposure
from nurture.mail import queries, queue, render
from nurture.mail.models import Delivery, Lane
from tracking import consent

pytestmark = pytest.mark.db

State = Delivery.State


def test_one_delivery_an_occasion(contact, template, asset):
    first = queue.enqueue(contact, template, occasion="rule:1", asset=asset)
    assert queue.enqueue(contact, template, occasion="rule:1", asset=asset) is None
    second = queue.enqueue(contact, template, occasion="rule:2", asset=asset)
    assert list(Delivery.objects.order_by("pk")) == [first, second]
    assert [(e.contact, e.asset, e.by) for e in Exposure.objects.order_by("pk")] == [
        (contact, asset, "rule:1"),
        (contact, asset, "rule:2"),
    ]


def test_changed_address_does_not_make_a_second_mail(contact, template):
    queue.enqueue(contact, template, occasion="rule:1")
    contact.email = "new@northwind.example"
    contact.save()
    assert queue.enqueue(contact, template, occasion="rule:1") is None


def test_two_contacts_of_one_address_get_one_mail(contact, template):
    queue.enqueue(contact, template, occasion="broadcast:1")
    contact.email = "moved@northwind.example"
    contact.save()
    twin = Contact.objects.create(email="ADA@northwind.example")
    assert queue.enqueue(twin, template, occasion="broadcast:1") is None


def test_rolled_back_caller_leaves_no_mail(contact, template):
    with transaction.atomic():
        assert queue.enqueue(contact, template, occasion="rule:1")
        transaction.set_rollback(True)
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize(
    ("reason", "lane", "state"),
    [
        ("unsubscribed", Lane.MARKETING, State.SUPPRESSED),
        ("unsubscribed", Lane.TRANSACTIONAL, State.PENDING),
        ("unsubscribed", Lane.ALERT, State.PENDING),
        ("complaint", Lane.MARKETING, State.SUPPRESSED),
        ("hard_bounce", Lane.TRANSACTIONAL, State.SUPPRESSED),
    ],
)
def test_suppression_decides_by_scope_and_lane(contact, template, asset, reason, lane, state):
    consent.suppress(consent.address_hmac("ada@northwind.example"), reason, source="test")
    delivery = queue.enqueue(contact, template, occasion="rule:1", asset=asset, lane=lane)
    assert delivery.state == state
    assert Exposure.objects.count() == (1 if state == State.PENDING else 0)


def test_contact_behind_a_link(contact, template, queued):
    delivery = queue.enqueue(contact, template, occasion="rule:1")
    send_mail("s", "b", None, ["x@y.example"])
    stranger = Delivery.objects.get(contact=None)
    assert queries.contacts_by_ref([delivery.ref, stranger.ref]) == {delivery.ref: contact.pk}


def test_enqueue_costs_the_same_number_of_queries_each_time(contact, template, asset, django_assert_num_queries):
    queue.enqueue(contact, template, occasion="rule:1", asset=asset)
    with django_assert_num_queries(6):  # message, suppression, consent log, insert, read back, exposure
        queue.enqueue(contact, template, occasion="rule:2", asset=asset)


@pytest.fixture
def queued(db, settings):
    settings.EMAIL_BACKEND = "nurture.mail.backend.QueueBackend"


def test_send_mail_of_any_app_becomes_a_delivery(queued):
    assert send_mail("Reset your password", "Click", None, ["x@y.example"]) == 1
    delivery = Delivery.objects.get()
    assert (delivery.lane, delivery.state, delivery.subject) == ("transactional", "pending", "Reset your password")
    assert delivery.occasion.startswith("tx:")
    message = message_from_bytes(render.mail(delivery), policy=policy.default)
    assert message["Message-ID"] == render.message_id(delivery)
    assert (message["Subject"], message["To"]) == ("Reset your password", "x@y.example")
    assert message["List-Unsubscribe"] is None
    assert message.get_content() == "Click"


def test_each_recipient_gets_a_delivery_and_bcc_stays_hidden(queued):
    message = EmailMultiAlternatives(
        "s", "text", None, ["Ä <a@y.example>", "b@y.example"], cc=["c@y.example"], bcc=["d@y.example", "a@y.example"],
        headers={"X-Lane": "alert"},
    )  # fmt: skip
    message.attach_alternative("<b>html</b>", "text/html")
    message.attach("a.bin", b"\x00\r\n\xff", "application/octet-stream")
    message.send()
    deliveries = Delivery.objects.order_by("pk")
    assert [d.address for d in deliveries] == ["a@y.example", "b@y.example", "c@y.example", "d@y.example"]
    assert {d.lane for d in deliveries} == {"alert"}
    assert len({d.occasion for d in deliveries}) == 1
    parsed = message_from_bytes(render.mail(deliveries[3]), policy=policy.default)
    assert (parsed["X-Lane"], parsed["Bcc"]) == (None, None)
    assert b"d@y.example" not in render.mail(deliveries[3])
    assert [part.get_content() for part in parsed.iter_attachments()] == [b"\x00\r\n\xff"]
    assert parsed.get_all("Message-ID") == [render.message_id(deliveries[3])]
    assert render.parts(deliveries[3]).html == "<b>html</b>"


def test_unknown_lane_is_refused(queued):
    with pytest.raises(ValueError, match="express"):
        EmailMessage("s", "b", None, ["x@y.example"], headers={"X-Lane": "express"}).send()


def test_subject_of_several_lines_is_one_line_and_no_header(queued):
    send_mail("Ends:\r\nBcc: all@example.com\n", "b", None, ["x@y.example"])
    message = message_from_bytes(render.mail(Delivery.objects.get()), policy=policy.default)
    assert (message["Subject"], message["Bcc"]) == ("Ends: Bcc: all@example.com", None)


def test_raw_mail_is_queued_once_an_occasion(db):
    message = EmailMessage("s", "b", None, ["x@y.example"])
    assert len(queue.enqueue_raw(message, Lane.ALERT, "alert:1:2")) == 1
    assert queue.enqueue_raw(message, Lane.ALERT, "alert:1:2") == []


@pytest.mark.parametrize(
    ("reason", "lane", "state"),
    [
        ("unsubscribed", Lane.MARKETING, State.SUPPRESSED),
        ("unsubscribed", Lane.TRANSACTIONAL, State.PENDING),
        ("objection", Lane.TRANSACTIONAL, State.SUPPRESSED),
        ("hard_bounce", Lane.MARKETING, State.PENDING),
    ],
)
def test_who_unsubscribed_is_not_mailed_under_a_corrected_address_either(contact, template, reason, lane, state):
    consent.suppress(consent.address_hmac(contact.email), reason, source="one_click", subject=contact.subject)
    facts.change(contact, {"email": "ada@byron.example"}, "admin:1")
    assert queue.enqueue(contact, template, occasion="rule:1", lane=lane).state == state
    assert (card.mailing(contact).tone == "bad") == (reason != "hard_bounce")
