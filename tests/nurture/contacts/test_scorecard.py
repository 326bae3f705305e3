"""What came of a piece: its readers, for whom it was made, who became known, who moved on; exact, however often."""

import uuid
from datetime import timedelta

import pytest

from cms import clock, scorecards
from cms.models import Persona, Scorecard, StaleScorecard
from nurture import pipeline
from nurture.contacts import facts, identities, scorecard
from nurture.contacts import stages as moves
from nurture.contacts.models import Engagement, Exposure, Identity
from tests import ledger
from tracking import batches
from tracking.models import Event, Pending, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.db]
NOTHING = dict.fromkeys(scorecards.COUNTED, 0)


@pytest.fixture
def persona(db):
    return Persona.objects.create(name="Planner", slug="planner")


@pytest.fixture
def piece(make_asset, persona):
    page = make_asset("How cold is cold")
    page.personas.add(persona)
    page.save()
    return page


@pytest.fixture
def browser():
    def make(seen=1):
        at = clock.now() - timedelta(days=seen)
        return Visitor.objects.create(key=uuid.uuid4(), first_seen_at=at, last_seen_at=at)

    return make


@pytest.fixture
def happen():
    """happen(visitor, piece, days=3) -> the event, so many days ago, stored and waiting to be reacted to."""

    def make(visitor, piece, days=3, verdict="human", kind="asset_read"):
        at = clock.now() - timedelta(days=days)
        event = Event(
            uuid=uuid.uuid4(), kind=kind, occurred_at=at, received_at=at, source="script", visitor=visitor,
            asset=piece, verdict=verdict,
        )  # fmt: skip
        ledger.store(event)
        batches.insert(Pending, [Pending(consumer="nurture", event_uuid=event.uuid)])
        return event

    return make


def known_for_long(contact, visitor):
    identities.tie(contact, visitor, Identity.Kind.API)
    Identity.objects.filter(visitor=visitor).update(created_at=clock.now() - timedelta(days=400))


def settle():
    while pipeline.react() or pipeline.reconsider():
        pass
    while scorecards.refresh(hurry=True):
        pass


def card(piece, days=90):
    row = Scorecard.objects.get(asset=piece, days=days)
    return {name: getattr(row, name) for name in scorecards.COUNTED}


def test_a_reader_is_a_contact_or_a_browser_each_once(piece, contact, browser, happen):
    hers, unknown = browser(), browser()
    known_for_long(contact, hers)
    for days in (1, 2, 3):
        happen(hers, piece, days)
        happen(unknown, piece, days)
    happen(browser(), piece, verdict="robot")
    happen(browser(), piece, verdict="internal")
    happen(None, piece)
    happen(browser(), piece, kind="link_followed")
    settle()
    assert card(piece) == NOTHING | {"readers": 2, "known": 1}


def test_colleagues_and_made_up_people_are_no_readers(piece, make_contact, browser, happen):
    for name, flag in (("ours", {"internal": True}), ("made", {"synthetic": True})):
        visitor = browser()
        known_for_long(make_contact(name, **flag), visitor)
        happen(visitor, piece)
    settle()
    assert card(piece) == NOTHING


def test_each_period_counts_its_own_days(piece, browser, happen):
    for days in (29, 31, 89, 91, 364, 366):
        happen(browser(days), piece, days)
    settle()
    assert [card(piece, days)["readers"] for days in (30, 90, 365)] == [1, 3, 5]


def test_relevance_is_by_stage_and_persona_as_they_were_at_the_reading(piece, make_contact, read, stages, persona):
    now, other = clock.now(), Persona.objects.create(name="Buyer", slug="buyer")
    fits, early, another, unknown = (
        make_contact(name, stage=stages[1], persona=persona) for name in ("fits", "early", "another", "unknown")
    )
    then = now - timedelta(hours=48)
    for reader in (fits, early, another, unknown):
        read(reader, piece, occurred_at=then, personas=[persona.pk])
    moves.move(early, stages[2], reason="", at=now - timedelta(hours=49))  # was in another stage by then
    facts.change(another, {"persona": other}, "test", at=now - timedelta(hours=50))
    facts.change(unknown, {"persona": None}, "test", at=now - timedelta(hours=50))
    facts.change(fits, {"persona": other}, "test", at=now - timedelta(hours=1))  # after: what counts is then
    moves.move(fits, stages[2], reason="", at=then)  # the reading's own doing
    scorecard.mark_stale([piece.pk])
    settle()
    assert (card(piece)["known"], card(piece)["placed"], card(piece)["relevant"]) == (4, 3, 1)
    assert Scorecard.objects.get(asset=piece, days=90).relevance is None  # too few


def test_from_five_readers_on_relevance_is_a_share(piece, make_contact, read, stages, persona):
    for number in range(5):
        reader = make_contact(f"r{number}", stage=stages[1 if number < 3 else 0], persona=persona)
        read(reader, piece, personas=[persona.pk])
    scorecard.mark_stale([piece.pk])
    settle()
    assert Scorecard.objects.get(asset=piece, days=90).relevance == 60


def test_who_read_unknown_and_was_tied_within_thirty_days_became_known(piece, make_contact, browser, happen):
    soon, late, known, back = (browser(60) for _ in range(4))
    happen(soon, piece, 20)
    happen(late, piece, 40)
    happen(back, piece, 10)
    for name, visitor in (("soon", soon), ("late", late), ("known", known), ("back", back)):
        identities.tie(make_contact(name), visitor, Identity.Kind.FORM)
    happen(known, piece, 0)
    identities.revoke(Identity.objects.get(visitor=back))
    settle()
    assert card(piece) == NOTHING | {"readers": 4, "known": 3, "became_known": 1}


def test_a_move_forward_within_thirty_days_counts_and_one_taken_back_does_not(piece, make_contact, read, stages):
    now = clock.now()
    on, late, back, first = (make_contact(name, stage=stages[0]) for name in ("on", "late", "back", "first"))
    first.stage = None
    first.save()
    for reader in (on, late, back, first):
        read(reader, piece, hours=24 * 40)
    moves.move(on, stages[1], reason="", at=now - timedelta(days=39))
    moves.move(on, stages[2], reason="", at=now - timedelta(days=12))
    moves.move(late, stages[1], reason="", at=now - timedelta(days=9))
    moves.move(back, stages[1], reason="", at=now - timedelta(days=39))
    moves.move(back, stages[0], reason="", at=now - timedelta(days=2))
    moves.move(first, stages[1], reason="", at=now - timedelta(days=39))
    scorecard.mark_stale([piece.pk])
    settle()
    assert card(piece)["moves"] == 2


def test_sent_counts_people_not_mails(piece, make_contact):
    for by in ("broadcast:1", "broadcast:2"):
        for name in ("a", "b"):
            someone = make_contact(f"{name}{by[-1]}") if by == "broadcast:1" else None
            someone = someone or Exposure.objects.earliest("pk").contact
            Exposure.objects.get_or_create(contact=someone, asset=piece, by=by, defaults={"sent_at": clock.now()})
    scorecard.mark_stale([piece.pk])
    settle()
    assert card(piece)["sent"] == 2


def test_a_verdict_that_turns_is_counted_again_and_so_is_one_that_turns_back(piece, contact, browser, happen):
    hers, unknown = browser(), browser()
    known_for_long(contact, hers)
    events = [happen(hers, piece), happen(unknown, piece)]
    settle()
    before = card(piece)
    assert before["readers"] == 2
    for verdict, expected in (("robot", NOTHING), ("human", before)):
        Event.objects.filter(uuid__in=[event.uuid for event in events]).update(verdict=verdict)
        pending = [Pending(consumer="nurture.verdicts", event_uuid=event.uuid) for event in events]
        batches.insert(Pending, pending)
        settle()
        assert card(piece) == expected


def test_a_replay_changes_nothing(piece, contact, browser, happen):
    hers = browser()
    known_for_long(contact, hers)
    event = happen(hers, piece)
    settle()
    before = card(piece)
    Engagement.objects.all().delete()
    batches.insert(Pending, [Pending(consumer="nurture", event_uuid=event.uuid)])
    settle()
    assert card(piece) == before


def test_a_move_by_hand_has_the_pieces_counted_again_that_they_read(piece, contact, read, stages):
    read(contact, piece, hours=24)
    scorecard.mark_stale([piece.pk])
    settle()
    assert card(piece)["moves"] == 0
    moves.move(contact, stages[1], reason="Met her", at=clock.now())
    settle()
    assert card(piece)["moves"] == 1


@pytest.mark.parametrize("number", [1, 3, 100])
def test_any_number_of_pieces_takes_the_same_statements(
    number, make_asset, contact, read, browser, happen, django_assert_num_queries
):
    pieces = [make_asset(f"Piece {n}") for n in range(number)]
    for one in pieces:
        read(contact, one)
        happen(browser(), one)
    with django_assert_num_queries(8):
        counted = scorecard.of_assets([one.pk for one in pieces], clock.now())
    assert {row[30]["readers"] for row in counted.values()} == {2}
    assert len(counted) == number


def test_marking_takes_one_statement_and_two_where_people_moved(piece, contact, read, django_assert_num_queries):
    read(contact, piece)
    with django_assert_num_queries(1):
        assert scorecard.mark_stale([piece.pk, None]) == 1
    with django_assert_num_queries(2):
        assert scorecard.mark_stale([], [contact.pk]) == 1
    assert StaleScorecard.objects.get().marks == 2
