"""The engine: what fires for what, once, and with which consequences."""

from uuid import uuid4

import pytest

from cms import clock
from nurture.contacts.models import StageChange
from nurture.rules import engine
from nurture.rules.causes import Cause
from nurture.rules.choices import Tags
from nurture.rules.models import ActionRun, Rule
from tests.nurture.rules.conftest import READING

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def fire(*causes):
    return engine.fire(causes, engine.live_rules(), Tags.load())


def test_rule_moves_the_stage_and_says_why(make_contact, make_asset, make_cause, publish_rule, move_to, stage):
    contact = make_contact(stage_slug="awareness")
    rule = publish_rule([move_to("decision")], name="Reads decision pieces")
    rule.refresh_from_db()
    cause = make_cause(contact, make_asset("How a pilot works", "decision"))
    (run,) = fire(cause)
    contact.refresh_from_db()
    assert contact.stage == stage("decision")
    change = StageChange.objects.get(contact=contact)
    assert (change.from_stage, change.to_stage, change.at) == (stage("awareness"), stage("decision"), cause.at)
    assert (change.reason, change.cause_uuid) == ("Reads decision pieces: Because.", cause.uuid)
    assert (run.state, run.outcome, run.revision_id) == ("done", "Moved.", rule.live_revision_id)


def test_same_cause_fires_once(make_contact, make_asset, make_cause, publish_rule, move_to):
    publish_rule([move_to("decision")])
    cause = make_cause(make_contact(), make_asset("Piece"))
    assert len(fire(cause)) == 1
    assert fire(cause) == []
    assert (ActionRun.objects.count(), StageChange.objects.count()) == (1, 1)


def test_forward_only_leaves_those_who_are_further(make_contact, make_asset, make_cause, publish_rule, move_to, stage):
    contact = make_contact(stage_slug="decision")
    publish_rule([move_to("interest")])
    (run,) = fire(make_cause(contact, make_asset("Piece")))
    contact.refresh_from_db()
    assert (contact.stage, run.outcome) == (stage("decision"), "Stayed: already there or further.")


def test_move_may_go_back_when_the_rule_says_so(make_contact, make_asset, make_cause, publish_rule, move_to, stage):
    contact = make_contact(stage_slug="decision")
    publish_rule([move_to("interest", forward_only=False)])
    fire(make_cause(contact, make_asset("Piece")))
    contact.refresh_from_db()
    assert contact.stage == stage("interest")


@pytest.mark.parametrize(
    ("trigger", "fires"),
    [
        ({"kinds": ["asset_rated"]}, False),
        ({"stages": ["interest"]}, True),
        ({"stages": ["decision"]}, False),
        ({"formats": ["article"]}, True),
        ({"formats": ["tool"]}, False),
        ({"min_seconds": 60}, True),
        ({"min_seconds": 61}, False),
        ({"topics": ["none-such"]}, False),
    ],
)
def test_every_filled_field_of_the_trigger_must_match(
    trigger, fires, make_contact, make_asset, make_cause, publish_rule, move_to
):
    publish_rule([move_to("decision")], trigger=READING | trigger)
    assert bool(fire(make_cause(make_contact(), make_asset("Piece", "interest"), seconds=60))) is fires


def test_trigger_for_single_pieces_ignores_others(make_contact, make_asset, make_cause, publish_rule, move_to):
    wanted, other = make_asset("Wanted"), make_asset("Other")
    publish_rule([move_to("decision")], trigger=READING | {"pieces": [wanted]})
    contact = make_contact()
    assert fire(make_cause(contact, other)) == []
    assert len(fire(make_cause(contact, wanted))) == 1


def test_piece_for_all_personas_matches_each(make_contact, make_asset, make_cause, publish_rule, move_to, persona):
    publish_rule([move_to("decision")], trigger=READING | {"personas": [persona.slug]})
    contact = make_contact()
    assert fire(make_cause(contact, make_asset("For nobody"))) == []
    assert len(fire(make_cause(contact, make_asset("For all", for_all_personas=True)))) == 1


def test_conditions_about_the_contact_must_all_hold(
    make_contact, make_asset, make_cause, publish_rule, move_to, persona
):
    holds = [("contact_stage", {"stages": ["awareness"]}), ("contact_persona", {"personas": [persona.slug]})]
    publish_rule([move_to("decision")], conditions=holds)
    piece = make_asset("Piece")
    right = make_contact("right", "awareness", persona=persona)
    wrong_stage = make_contact("stage", "interest", persona=persona)
    wrong_persona = make_contact("persona", "awareness")
    runs = fire(*(make_cause(contact, piece) for contact in (right, wrong_stage, wrong_persona)))
    assert [run.contact_id for run in runs] == [right.pk]


def test_pieces_read_counts_different_pieces_in_the_window(make_contact, make_asset, make_cause, publish_rule, move_to):
    publish_rule([move_to("decision")], conditions=[("pieces_read", {"at_least": 2, "days": 7, "stages": []})])
    contact, one, two = make_contact(), make_asset("One"), make_asset("Two")
    make_cause(contact, two, minutes_ago=8 * 24 * 60)
    assert fire(make_cause(contact, one), make_cause(contact, one)) == []
    assert len(fire(make_cause(contact, two))) == 1


def test_rule_waits_before_it_fires_again(make_contact, make_asset, make_cause, publish_rule, move_to):
    publish_rule([move_to("decision")], again=7)
    contact, piece = make_contact(), make_asset("Piece")
    days = 24 * 60
    assert len(fire(make_cause(contact, piece, 20 * days))) == 1
    assert fire(make_cause(contact, piece, 14 * days)) == []
    assert len(fire(make_cause(contact, piece, 12 * days))) == 1


def test_draft_of_a_rule_decides_nothing(make_contact, make_asset, make_cause, publish_rule, move_to):
    rule = publish_rule([move_to("decision")])
    rule.trigger = [("asset_engaged", READING | {"stages": ["advocacy"]})]
    rule.save_revision()
    (run,) = fire(make_cause(make_contact(), make_asset("Piece")))
    assert run.revision_id == Rule.objects.get().live_revision_id != Rule.objects.get().latest_revision_id


def test_stage_change_is_a_cause_of_the_next_rule(make_contact, make_asset, make_cause, publish_rule, move_to, stage):
    publish_rule([move_to("advocacy")], trigger={"to_stages": ["value"]}, kind="stage_changed")
    contact = make_contact(stage_slug="value")
    from_change = engine.fire([_stage_cause(contact, stage("value").pk)], engine.live_rules(), Tags.load())
    contact.refresh_from_db()
    assert (len(from_change), contact.stage) == (1, stage("advocacy"))


def _stage_cause(contact, to_stage_id):
    return Cause(uuid4(), "stage_changed", contact.pk, clock.now(), to_stage_id=to_stage_id)


def test_rule_says_itself_in_plain_words(publish_rule, move_to):
    rule = publish_rule(
        [move_to("decision")],
        trigger=READING | {"stages": ["decision"]},
        conditions=[("contact_stage", {"stages": ["interest", "consideration"]})],
    )
    assert Rule.objects.get(pk=rule.pk).sentence == (
        "When somebody reads a piece of the stage Decision, "
        "and they are at Interest or Consideration: move them to Decision."
    )


@pytest.mark.parametrize("number", [1, 40])
def test_number_of_queries_does_not_grow_with_causes(
    number, make_contact, make_asset, make_cause, publish_rule, move_to, django_assert_num_queries
):
    publish_rule([move_to("decision")], conditions=[("contact_stage", {"stages": ["awareness"]})])
    piece = make_asset("Piece")
    causes = [make_cause(make_contact(f"c{i}"), piece) for i in range(number)]
    rules, tags = engine.live_rules(), Tags.load()
    with django_assert_num_queries(11):
        engine.fire(causes, rules, tags)
    assert StageChange.objects.count() == number
