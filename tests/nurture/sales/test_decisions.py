"""The timeline's decisions, each with its why."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from cms import clock
from nurture.contacts import stages as verbs
from nurture.contacts import timeline
from nurture.mail.models import Delivery
from nurture.rules.models import Rule

pytestmark = pytest.mark.db


@pytest.fixture
def revision(db):
    when = {"kinds": ["asset_read"], "pieces": [], "stages": [], "personas": [], "topics": [], "formats": []}
    rule = Rule(
        name="Costs",
        why="They compare costs.",
        trigger=[("asset_engaged", when | {"min_seconds": 60})],
        actions=[("alert_owner", {"reason": ""})],
    )
    rule.save()
    return rule.save_revision()


def entries(contact, source):
    return [entry for entry in timeline.read(contact).entries if entry.source == source]


def test_move_by_a_rule_is_explained(contact, piece, read, make_run, stages, revision):
    engagement = read(contact, piece)
    make_run(engagement, action="move_stage", state="done", outcome="Moved.", revision=revision)
    verbs.move(contact, stages[1], reason="Costs", at=engagement.occurred_at, cause_uuid=engagement.event_uuid)

    (entry,) = entries(contact, "stage")
    why = dict(entry.why)
    assert entry.text == "Moved from Looking to Comparing"
    assert list(why) == ["Rule", "What it signals", "Set off by", "Checked", "Outcome"]
    assert why["Rule"].startswith("Costs, as published ")
    assert why["What it signals"] == "They compare costs."
    assert why["Set off by"].startswith("Read ‘How cold is cold’, 3 min, on ")
    assert "for at least 60 seconds" in why["Checked"]
    assert why["Outcome"] == "Moved."


def test_move_by_hand_says_who_and_why(contact, stages, owner):
    verbs.move(contact, stages[1], reason="Asked for prices", at=clock.now(), user=owner)
    (entry,) = entries(contact, "stage")
    assert (entry.note, entry.why) == ("By owner: Asked for prices", [])


def test_alert_says_who_was_told_and_why_they(contact, make_alert):
    make_alert()
    (entry,) = entries(contact, "alert")
    assert (entry.text, entry.note) == ("Alerted owner", "They compare costs.")
    assert dict(entry.why)["Why this person"] == "owns the account Example Co"
    assert dict(entry.why)["Rule"] == "Costs"


def mail(contact, run, **fields):
    now = clock.now()
    values = {"occasion": f"rule:{run.pk}", "lane": "marketing", "address": contact.email, "subject": "The next piece"}
    values |= {"address_hmac": uuid.uuid4().hex, "not_before": now, "created_at": now, "state": "sent"}
    return Delivery.objects.create(contact=contact, **(values | fields))


def test_mail_is_said_with_its_fate_and_why(contact, piece, read, make_run):
    run = make_run(read(contact, piece), action="send_mail", state="done", outcome="Queued.")
    mail(contact, run)
    (entry,) = entries(contact, "mail")
    assert (entry.text, dict(entry.why)["Rule"]) == ("Was sent: ‘The next piece’", "Costs")


def test_mail_to_a_suppressed_address_says_so(contact, piece, read, make_run):
    mail(contact, make_run(read(contact, piece)), state="suppressed")
    (entry,) = entries(contact, "mail")
    assert entry.text == "Was not sent, because the address is suppressed: ‘The next piece’"


def test_every_state_of_a_mail_has_words(contact, piece, read, make_run):
    run = make_run(read(contact, piece))
    for number, state in enumerate(Delivery.State.values):
        mail(contact, run, state=state, occasion=f"tx:{number}")
    assert len(entries(contact, "mail")) == len(Delivery.State.values)


@pytest.mark.parametrize(("state", "shown"), [("pending", 0), ("done", 0), ("skipped", 1), ("dead", 1)])
def test_what_was_not_done_is_said_with_the_reason(contact, piece, read, make_run, state, shown):
    make_run(read(contact, piece), state=state, outcome="It was a robot.")
    found = entries(contact, "decision")
    assert [(entry.text, entry.note) for entry in found] == [("Not done: Alert the owner", "It was a robot.")] * shown


@pytest.mark.parametrize("number", [1, 20])
def test_contact_page_costs_the_same_with_few_decisions_and_many(
    client, contact, owner, piece, read, make_run, stages, revision, number, django_assert_num_queries
):
    for at in range(number):
        engagement = read(contact, piece, hours=at + 1)
        run = make_run(engagement, action="move_stage", state="done", revision=revision)
        mail(contact, run, created_at=clock.now() - timedelta(hours=at))
        reached = stages[at % 2 + 1]
        verbs.move(contact, reached, reason="Costs", at=engagement.occurred_at, cause_uuid=engagement.event_uuid)
    client.force_login(owner)
    url = reverse("nurture:contact", args=[contact.pk])
    client.get(url)
    with django_assert_num_queries(38):
        client.get(url)
