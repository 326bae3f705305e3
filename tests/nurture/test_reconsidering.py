"""Verdicts that turn: what a robot caused is undone as far as nobody acted on it, and done after all for a person."""

from datetime import timedelta
from uuid import uuid4

import pytest

from cms import clock
from cms.models import AssetPage, BuyingStage, HomePage
from nurture import pipeline
from nurture.contacts.models import Account, Contact, Engagement, StageChange
from nurture.mail.models import Delivery, Lane
from nurture.rules import runs
from nurture.rules.models import ActionRun, Rule
from nurture.sales import alerts
from nurture.sales.models import Alert, AlertOutcome
from tests import ledger
from tests.nurture.rules.conftest import READING
from tracking import batches, consent
from tracking.models import Event, Hearing, Pending

pytestmark = [pytest.mark.django_db, pytest.mark.db]
FOLLOWED = READING | {"kinds": ["link_followed"]}


@pytest.fixture
def contact(make_user, owner):
    account = Account.objects.create(name="Example", owner=owner)
    stage = BuyingStage.objects.order_by("sort_order").first()
    return Contact.objects.create(email="ines@reader.example", account=account, stage=stage)


@pytest.fixture
def click(contact):
    """click() -> the event of a link in a mail to the contact, and its pending work."""
    piece = HomePage.objects.get().add_child(
        instance=AssetPage(title="Piece", slug="piece", primary_stage=BuyingStage.objects.get(slug="interest"))
    )
    mail = Delivery.objects.create(
        contact=contact, occasion="rule:0", lane=Lane.MARKETING, address=contact.email,
        address_hmac=consent.address_hmac(contact.email), state="sent", not_before=clock.now(), created_at=clock.now(),
    )  # fmt: skip

    def make(minutes_ago=2):
        at = clock.now() - timedelta(minutes=minutes_ago)
        event = Event(
            uuid=uuid4(), kind="link_followed", occurred_at=at, received_at=at, source="link", asset=piece,
            link_ref=mail.ref, verdict="human", reasons=[],
        )  # fmt: skip
        ledger.store(event)
        batches.insert(Pending, [Pending(consumer="nurture", event_uuid=event.uuid)])
        return event

    return make


def make_rule(trigger, actions, kind="asset_engaged", again=14):
    rule = Rule(name="Follows", why="Because.", again_after_days=again, live=False, trigger=[(kind, trigger)])
    rule.actions = actions
    rule.save()
    rule.save_revision().publish()


@pytest.fixture
def rules(db):
    """Following a link moves the stage and alerts; the move sets off another move."""
    move = [("move_stage", {"stage": "interest", "forward_only": True}), ("alert_owner", {"reason": ""})]
    make_rule(FOLLOWED, move)
    further = [("move_stage", {"stage": "consideration", "forward_only": True}), ("alert_owner", {"reason": ""})]
    make_rule({"to_stages": ["interest"]}, further, "stage_changed")


def turn(event, verdict):
    Event.objects.filter(uuid=event.uuid).update(verdict=verdict)
    batches.insert(Pending, [Pending(consumer="nurture.verdicts", event_uuid=event.uuid)])
    return pipeline.reconsider()


def stage_of(contact):
    contact.refresh_from_db()
    return contact.stage.slug


def states():
    return list(ActionRun.objects.order_by("pk").values_list("action", "state"))


def test_robots_click_is_undone_down_the_chain_and_nobody_is_told(rules, contact, click):
    first = stage_of(contact)
    event = click()
    pipeline.react()
    assert stage_of(contact) == "consideration"
    assert turn(event, "robot") == 1
    assert stage_of(contact) == first
    assert {state for _, state in states()} == {"skipped"}
    assert runs.perform_due() == 0
    assert (Alert.objects.count(), Engagement.objects.get().human) == (0, False)
    assert not StageChange.objects.filter(reacted=False).exists()
    assert pipeline.react() == 0


def test_person_after_all_gets_what_was_undone_once(rules, contact, click):
    event = click()
    pipeline.react()
    turn(event, "robot")
    turn(event, "human")
    pipeline.react()
    assert stage_of(contact) == "consideration"
    runs.perform_due()
    assert Alert.objects.count() == len(states()) - 2
    before = states()
    turn(event, "human")
    assert (pipeline.react(), runs.perform_due(), states()) == (0, 0, before)


def test_robots_click_does_not_keep_the_persons_from_alerting(rules, contact, click):
    robot = click(minutes_ago=3)
    pipeline.react()
    turn(robot, "robot")
    click(minutes_ago=1)
    pipeline.react()
    runs.perform_due()
    assert Alert.objects.filter(withdrawn_at=None).exists()


def test_raised_alert_is_taken_back_with_its_mail_unless_somebody_decided(rules, contact, click, owner):
    event = click()
    pipeline.react()
    runs.perform_due()
    first, *others = Alert.objects.order_by("pk")
    alerts.decide(first, AlertOutcome.Outcome.ACCEPTED, user=owner)
    turn(event, "robot")
    assert Alert.objects.get(pk=first.pk).withdrawn_at is None
    assert all(Alert.objects.get(pk=other.pk).withdrawn_at for other in others)
    mails = Delivery.objects.filter(lane=Lane.ALERT).values_list("occasion", "state")
    assert {state for occasion, state in mails if not occasion.startswith(f"alert:{first.pk}:")} == {"cancelled"}
    assert {state for occasion, state in mails if occasion.startswith(f"alert:{first.pk}:")} == {"pending"}
    turn(event, "human")
    assert not Alert.objects.exclude(withdrawn_at=None).exists()
    assert {state for _occasion, state in mails.all()} == {"pending"}


def test_stage_that_a_person_moved_since_is_left_alone(rules, contact, click, owner):
    event = click()
    pipeline.react()
    contact.refresh_from_db()
    pipeline.stages.move(
        contact, BuyingStage.objects.get(slug="decision"), reason="They called.", at=clock.now(), user=owner
    )
    turn(event, "robot")
    assert stage_of(contact) == "decision"


def test_mail_that_waits_is_not_sent(rules, contact, click):
    event = click()
    pipeline.react()
    run = ActionRun.objects.filter(action="alert_owner").first()
    ActionRun.objects.filter(pk=run.pk).update(state="done", action="send_mail")
    mail = Delivery.objects.create(
        contact=contact, occasion=f"rule:{run.pk}", lane=Lane.MARKETING, address=contact.email,
        address_hmac="0" * 64, not_before=clock.now(), created_at=clock.now(),
    )  # fmt: skip
    turn(event, "robot")
    mail.refresh_from_db()
    assert mail.state == "cancelled"
    turn(event, "human")
    mail.refresh_from_db()
    assert (mail.state, mail.last_error) == ("pending", "")


def test_mail_that_a_person_cancelled_or_refused_meanwhile_does_not_come_back(rules, contact, click):
    event = click()
    pipeline.react()
    mails = [
        Delivery.objects.create(
            contact=contact, occasion=f"rule:{run.pk}", lane=Lane.MARKETING, address=contact.email,
            address_hmac=consent.address_hmac(contact.email), not_before=clock.now(), created_at=clock.now(),
        )
        for run in ActionRun.objects.filter(action="alert_owner")
    ]  # fmt: skip
    ActionRun.objects.filter(action="alert_owner").update(state="done", action="send_mail")
    Delivery.objects.filter(pk=mails[0].pk).update(state="cancelled")
    turn(event, "robot")
    consent.suppress(consent.address_hmac(contact.email), "unsubscribed", source="one_click")
    turn(event, "human")
    kept = dict(Delivery.objects.filter(pk__in=[mail.pk for mail in mails]).values_list("pk", "state"))
    assert [kept[mail.pk] for mail in mails] == ["cancelled", *["suppressed"] * (len(mails) - 1)]


def test_nothing_leaves_the_machine_while_the_verdict_is_awaited(rules, contact, click):
    event = click()
    pipeline.react()
    hearing = Hearing.objects.create(
        event_uuid=event.uuid, link_ref=event.link_ref, occurred_at=event.occurred_at, due_at=clock.now()
    )
    waiting = sum(state == "pending" for _, state in states())
    assert runs.perform_due() == waiting > 1  # one of them set off by the move that the click set off
    assert (Alert.objects.count(), sum(state == "pending" for _, state in states())) == (0, waiting)
    hearing.delete()
    ActionRun.objects.update(due_at=clock.now())
    runs.perform_due()
    assert Alert.objects.count() == waiting


def test_verdict_that_turns_before_the_event_was_reacted_to_waits_for_that(rules, contact, click):
    event = click()
    assert turn(event, "robot") == 0
    pipeline.react()
    assert pipeline.reconsider() == 1
    assert (Engagement.objects.get().human, ActionRun.objects.count()) == (False, 0)
