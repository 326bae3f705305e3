"""react(): events become engagements and decisions, once, however often it runs."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError

from cms import claims, clock
from cms.models import AssetPage, BuyingStage, HomePage
from nurture import pipeline
from nurture.contacts import identities, stages
from nurture.contacts.models import Account, Contact, Engagement, Identity, StageChange
from nurture.rules import causes
from nurture.rules.models import ActionRun, Rule
from tests import ledger
from tests.nurture.rules.conftest import READING
from tracking import batches
from tracking.models import Event, Pending, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def piece():
    page = AssetPage(title="Piece", slug="piece", primary_stage=BuyingStage.objects.get(slug="interest"))
    return HomePage.objects.get().add_child(instance=page)


@pytest.fixture
def readers(piece):
    """readers(n) -> n contacts at the first stage, each with a browser tied to them."""

    def make(number):
        account = Account.objects.create(name="Example")
        first = BuyingStage.objects.first()
        pairs = []
        for index in range(number):
            contact = Contact.objects.create(email=f"r{index}@reader.example", account=account, stage=first)
            pairs.append((contact, browser(contact)))
        return pairs

    return make


def browser(contact=None):
    now = clock.now()
    visitor = Visitor.objects.create(key=uuid4(), first_seen_at=now, last_seen_at=now)
    if contact:
        identities.tie(contact, visitor, Identity.Kind.FORM)
    return visitor


def read(visitor, piece, kind="asset_read", verdict="human", minutes_ago=1, link_ref=None):
    """An event and its pending work, as the ledger writes them."""
    at = clock.now() - timedelta(minutes=minutes_ago)
    event = Event(
        uuid=uuid4(), kind=kind, occurred_at=at, received_at=at, source="script", visitor=visitor, asset=piece,
        verdict=verdict, link_ref=link_ref,
    )  # fmt: skip
    ledger.store(event)
    batches.insert(Pending, [Pending(consumer="nurture", event_uuid=event.uuid)])
    return event


def move_rule(to="decision", trigger=READING, kind="asset_engaged"):
    rule = Rule(name=f"To {to}", why="Because.", again_after_days=0, live=False)
    rule.trigger = [(kind, trigger)]
    rule.actions = [("move_stage", {"stage": to, "forward_only": True})]
    rule.save()
    rule.save_revision().publish()


def test_reading_becomes_an_engagement_and_a_move(readers, piece):
    move_rule()
    ((contact, visitor),) = readers(1)
    event = read(visitor, piece)
    assert pipeline.react() == 1
    engagement = Engagement.objects.get()
    assert (engagement.contact, engagement.event_uuid, engagement.asset_title) == (contact, event.uuid, "Piece")
    assert (engagement.stage, engagement.by_mail_link) == (piece.primary_stage, False)
    contact.refresh_from_db()
    assert contact.stage.slug == "decision"
    assert Pending.objects.count() == 0


def test_reacting_twice_to_the_same_batch_changes_nothing(readers, piece):
    move_rule()
    ((_, visitor),) = readers(1)
    event = read(visitor, piece)
    pipeline.react()
    batches.insert(Pending, [Pending(consumer="nurture", event_uuid=event.uuid)])
    assert pipeline.react() == 1
    assert (Engagement.objects.count(), StageChange.objects.count(), ActionRun.objects.count()) == (1, 1, 1)
    assert pipeline.react() == 0


def test_stranger_leaves_no_engagement(piece):
    move_rule()
    read(browser(), piece)
    assert pipeline.react() == 1
    assert (Engagement.objects.count(), ActionRun.objects.count()) == (0, 0)


def test_robot_is_kept_and_decides_nothing(readers, piece):
    move_rule()
    ((_, visitor),) = readers(1)
    read(visitor, piece, verdict="robot")
    pipeline.react()
    assert [engagement.human for engagement in Engagement.objects.all()] == [False]
    assert ActionRun.objects.count() == 0


def test_what_a_rule_changes_sets_off_the_next_rule_in_the_same_batch(readers, piece):
    move_rule("interest")
    move_rule("value", {"to_stages": ["interest"]}, "stage_changed")
    move_rule("advocacy", {"to_stages": ["value"]}, "stage_changed")
    ((contact, visitor),) = readers(1)
    read(visitor, piece)
    assert pipeline.react() == 1
    contact.refresh_from_db()
    assert contact.stage.slug == "advocacy"
    moves = StageChange.objects.order_by("pk").values_list("to_stage__slug", flat=True)
    assert list(moves) == ["interest", "value", "advocacy"]


def test_a_fourth_round_waits_for_the_next_batch(readers, piece):
    move_rule("awareness")
    for before, after in (("awareness", "interest"), ("interest", "value"), ("value", "advocacy")):
        move_rule(after, {"to_stages": [before]}, "stage_changed")
    ((contact, visitor),) = readers(1)
    read(visitor, piece)
    pipeline.react()
    contact.refresh_from_db()
    assert contact.stage.slug == "value"
    assert pipeline.react() == 1
    contact.refresh_from_db()
    assert contact.stage.slug == "advocacy"


def test_old_history_moves_the_stage_at_its_own_time(readers, piece):
    move_rule()
    ((contact, visitor),) = readers(1)
    event = read(visitor, piece, minutes_ago=60 * 24 * 90)
    pipeline.react()
    assert StageChange.objects.get(contact=contact).at == event.occurred_at


def test_browser_tied_later_brings_its_past_with_it(readers, piece):
    move_rule()
    stranger = browser()
    event = read(stranger, piece)
    pipeline.react()
    ((contact, _),) = readers(1)
    identities.tie(contact, stranger, Identity.Kind.FORM)
    assert pipeline.react() == 1
    assert Engagement.objects.get(event_uuid=event.uuid).contact == contact


def test_revoked_edge_takes_the_engagements_back(readers, piece):
    ((contact, visitor),) = readers(1)
    read(visitor, piece)
    pipeline.react()
    identities.revoke(contact.identities.get())
    pipeline.react()
    assert Engagement.objects.count() == 0


def test_browser_of_another_contact_is_not_taken_over(readers):
    (_, visitor), (second, _) = readers(2)
    with pytest.raises(identities.Taken, match="revoke that edge first"):
        identities.tie(second, visitor, Identity.Kind.FORM)


def test_event_that_cannot_be_reacted_to_is_put_aside_and_the_rest_goes_on(readers, piece, monkeypatch):
    monkeypatch.setattr(claims, "PAUSE", timedelta(0))
    (_, first), (_, second) = readers(2)
    poison = read(first, piece)
    Event.objects.filter(uuid=poison.uuid).update(properties=["not", "a", "dict"])
    good = read(second, piece)
    while pipeline.react():
        pass
    assert [e.event_uuid for e in Engagement.objects.all()] == [good.uuid]
    dead = Pending.objects.get()
    assert (dead.event_uuid, dead.attempts, dead.dead_at is not None) == (poison.uuid, 3, True)
    assert "AttributeError" in dead.error


def test_stage_change_that_rules_cannot_react_to_is_given_up_and_events_go_on(readers, piece, monkeypatch, later):
    move_rule()
    (bad, _), (_, visitor) = readers(2)
    stages.move(bad, BuyingStage.objects.get(slug="interest"), reason="By hand.", at=clock.now())
    monkeypatch.setattr(causes, "from_stage_change", lambda change: {}["x"] if change.reason == "By hand." else change)
    for _ in range(3):
        read(visitor, piece, verdict="robot")
        assert pipeline.react() == 2
        later(seconds=31)
    change = StageChange.objects.get(reason="By hand.")
    assert (change.reacted, change.dead_at is not None, change.error) == (False, True, "KeyError: 'x'")
    assert (pipeline.react(), Pending.objects.count()) == (0, 0)


def test_database_that_goes_away_is_not_the_event_s_fault(readers, piece, monkeypatch):
    ((_, visitor),) = readers(1)
    read(visitor, piece)

    def away(*_):
        raise OperationalError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(pipeline.engagements, "record", away)
        with pytest.raises(OperationalError):
            pipeline.react()
    assert Pending.objects.get().attempts == 0
    assert pipeline.react() == 1


@pytest.mark.parametrize("number", [100, pytest.param(2000, marks=pytest.mark.slow)])
def test_number_of_queries_is_the_same_at_100_and_2000_events(number, readers, piece, django_assert_num_queries):
    move_rule()
    pairs = readers(20)
    for index in range(number):
        read(pairs[index % 20][1], piece)
    with django_assert_num_queries(42):
        assert pipeline.react(limit=number) == number
    assert Engagement.objects.count() == number
