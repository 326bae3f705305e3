"""A mail server that refuses, puts off, stalls and cuts the line at random, and dispatchers that die: no twin."""

from collections import Counter

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from cms import policy
from cms.models import User
from nurture.contacts.models import Contact
from nurture.mail import fate, queue
from nurture.mail.models import Delivery, EmailTemplate, Lane
from tests.faults import outcome
from tests.faults.killing import Killer
from tests.nurture.mail.sink import ACCEPT, CUT_AFTER, CUT_BEFORE, STALL

pytestmark = [pytest.mark.faults, pytest.mark.slow]
NEWSLETTERS, ALERTS, KILLS = 240, 60, 4
AT_DATA = {ACCEPT: 76, CUT_AFTER: 5, CUT_BEFORE: 5, STALL: 1, "451 later": 6, "554 no": 4, "421 too much": 3}
AT_RCPT = {ACCEPT: 90, "450 busy": 4, "550 nobody": 3, CUT_BEFORE: 3}
State = Delivery.State


def test_every_mail_has_one_fate_and_no_newsletter_a_twin(furnished, units, mail_server, seed, tell):
    installation = furnished(mail_server, EMAIL_URL=f"smtp://127.0.0.1:{mail_server.port}?timeout=1")
    running, _ = units(installation, twice={"dispatcher"})
    killer = Killer([unit for unit in running if unit.name == "dispatcher"], {}, {"dispatcher": KILLS}, seed)
    mail_server.at_data.extend(chosen(killer.chance, AT_DATA))
    mail_server.at_rcpt.extend(chosen(killer.chance, AT_RCPT))
    fill()
    killer.start()
    tell(killer.finish(240))
    installation.wait_until(lambda: outcome.hurry() or outcome.is_settled(), 240)
    states = Counter(Delivery.objects.values_list("lane", "state"))
    tell(f"{dict(states)}, {len(mail_server.accepted)} accepted in {mail_server.connections} connections")
    assert {state for _, state in states} <= {State.SENT, State.FAILED, State.UNKNOWN}
    check_copies(outcome.copies(mail_server.accepted))
    check_unknown_is_shown()


def chosen(chance, weights):
    return chance.choices(list(weights), weights.values(), k=1_000)


def fill():
    """Due now: newsletters to as many contacts, and alerts."""
    template = EmailTemplate.objects.first()
    for number in range(NEWSLETTERS):
        contact = Contact.objects.create(email=f"reader-{number}@reader.example")
        queue.enqueue(contact, template, occasion=f"rule:{10**6 + number}")
    for number in range(ALERTS):
        alert = EmailMessage("Call Ines", "Now", None, [f"sales-{number}@lede.example"])
        queue.enqueue_raw(alert, Lane.ALERT, f"alert:{10**6 + number}:1")


def check_copies(copies):
    """How many the server took of each, by what we say became of it."""
    for delivery in Delivery.objects.prefetch_related("tries"):
        took = copies[f"Message-ID: {delivery.rfc_message_id}".encode()]
        phases = [one.phase for one in sorted(delivery.tries.all(), key=lambda one: one.pk)]  # as they happened
        most = 1 if delivery.lane == Lane.MARKETING else 1 + fate.MAX_RESENDS
        assert took <= most, (delivery.lane, delivery.state, phases)
        if delivery.state == State.SENT:
            assert took >= 1
        if delivery.state == State.FAILED and delivery.lane == Lane.MARKETING:
            assert (took, phases[-1]) == (0, fate.REFUSED)
        if delivery.state == State.UNKNOWN:
            assert phases[-1] == fate.DATA_STARTED


def check_unknown_is_shown():
    """With its Message-ID, to who looks after mail."""
    user = User.objects.create_user("mara", "mara@lede.example", "a long password")
    user.groups.add(user.groups.model.objects.get(name=policy.MARKETER))
    client = Client()
    client.force_login(user)
    unknown = Delivery.objects.filter(state=State.UNKNOWN, lane=Lane.MARKETING)
    assert unknown
    page = client.get(reverse("nurture:delivery", args=[unknown[0].pk]), headers={"host": "127.0.0.1"})
    assert page.status_code == 200
    assert unknown[0].rfc_message_id.strip("<>") in page.content.decode()
