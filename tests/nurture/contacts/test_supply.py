"""Weeks of unread supply: cases counted by hand, who is left out, and that counting again changes nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest

from cms import clock
from cms.models import Persona
from nurture.contacts import supply
from nurture.contacts.audience import audience
from nurture.contacts.models import CellSupply, Contact, Engagement
from nurture.loops import LOOPS
from tracking.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.db]
DAY = 24


@pytest.fixture
def persona(db):
    return Persona.objects.create(name="Planner", slug="planner")


@pytest.fixture
def make_piece(make_asset, persona):
    def make(title, personas=None, **fields):
        page = make_asset(title, **fields)
        page.personas.set([persona] if personas is None else personas)
        page.save()
        return page

    return make


@pytest.fixture
def readers(make_contact, stages, persona):
    """Five contacts of the cell who have read nothing yet."""
    return [make_contact(f"reader{number}", stage=stages[1], persona=persona) for number in range(5)]


def counted(stages, persona):
    supply.refresh(hurry=True)
    row = CellSupply.objects.get(stage=stages[1], persona=persona)
    return row.readers, row.weeks


def test_weeks_are_the_middle_readers_unread_pieces_by_the_pace_of_all(make_piece, readers, read, stages, persona):
    other = Persona.objects.create(name="Buyer", slug="buyer")
    a, b = make_piece("A"), make_piece("B", [persona, other])
    c = make_piece("C", [], for_all_personas=True)
    make_piece("Another's", [other])
    make_piece("A draft", live=False)
    make_piece("For sales", audience="sales_only")
    elsewhere = make_piece("Elsewhere", for_all_personas=True)
    elsewhere.primary_stage = stages[2]
    elsewhere.save()
    for reader, pieces in zip(readers, [(a, b, c), (a, b), (a, a), (elsewhere,), (a,)], strict=True):
        for piece in pieces:
            read(reader, piece)
    # Different pieces: 3 + 2 + 1 + 1 + 1 = 8 by five in 90/7 weeks: 0.1244 a week. Unread of three: 0 1 2 3 2, so 2.
    assert counted(stages, persona) == (5, 16.1)


def test_what_was_read_long_ago_is_read_but_is_no_pace(make_piece, readers, read, stages, persona):
    a, b = make_piece("A"), make_piece("B")
    for reader in readers:
        read(reader, a, hours=89 * DAY)
        read(reader, b, hours=400 * DAY)
    assert counted(stages, persona) == (5, 0.0)  # all is read
    make_piece("C")
    assert counted(stages, persona) == (5, 12.9)  # one left at one in 90 days


def test_robots_colleagues_made_up_and_erased_people_and_who_fell_silent_are_no_readers(
    make_piece, readers, make_contact, read, stages, persona
):
    piece = make_piece("A")
    make_piece("B")
    cell = {"stage": stages[1], "persona": persona}
    flags = ({"internal": True}, {"synthetic": True}, {"erased_at": clock.now()}, {"stage": stages[0]})
    for number, flag in enumerate(flags):
        read(make_contact(f"out{number}", **(cell | flag)), piece)
    read(make_contact("silent", **cell), piece, hours=91 * DAY)
    read(make_contact("robot", **cell), piece, human=False)
    read(make_contact("rated", **cell), piece, kind="asset_rated")
    assert counted(stages, persona) == (0, None)
    for reader in readers[:4]:
        read(reader, piece)
    assert counted(stages, persona) == (4, None)  # too few to know
    read(readers[4], piece)
    assert counted(stages, persona) == (5, 12.9)


def test_counting_again_changes_nothing_and_a_turned_verdict_comes_out_right(
    make_piece, readers, read, stages, persona
):
    piece = make_piece("A")
    make_piece("B")
    for reader in readers:
        read(reader, piece)
    before = counted(stages, persona)
    rows = CellSupply.objects.count()
    assert (counted(stages, persona), CellSupply.objects.count()) == (before, rows)
    last = Engagement.objects.filter(contact=readers[0])
    last.update(human=False)
    assert counted(stages, persona) == (4, None)
    last.update(human=True)
    assert counted(stages, persona) == before


@pytest.mark.parametrize(
    ("pieces", "readers", "expected"),
    [
        (10, [], None),
        (10, [(1, 1, 4)], None),
        (10, [(9, 0, 5)], 14.3),  # nine in 90 days are 0.7 a week: 10 / 0.7
        (10, [(9, 4, 3), (9, 8, 3)], 5.7),  # between 6 and 2 unread: 4 / 0.7
        (1, [(9, 3, 5)], 0.0),  # what they read is not live any more
    ],
)
def test_weeks_by_hand(pieces, readers, expected):
    assert supply.weeks(pieces, readers) == expected


@pytest.mark.parametrize("number", [1, 3])
def test_counting_costs_the_same_for_one_piece_and_three(number, make_piece, readers, read, django_assert_num_queries):
    for index in range(number):
        piece = make_piece(f"Piece {index}")
        for reader in readers:
            read(reader, piece)
    with django_assert_num_queries(9):  # six that read, a savepoint, one that writes, its release
        assert supply.refresh(hurry=True)


def searched(contact, results, **fields):
    """What the contact looked for an hour ago, in the ledger and among what they did."""
    at, uuid = clock.now() - timedelta(hours=1), uuid4()
    properties = {"words": "dry ice", "results": results}
    Event.objects.create(
        uuid=uuid, kind="site_searched", source="site", occurred_at=at, received_at=at, properties=properties
    )
    Engagement.objects.create(
        contact=contact, event_uuid=uuid, kind="site_searched", occurred_at=at, properties=properties, **fields
    )


def test_searches_in_vain_are_those_of_people_who_are_there_now(make_contact, readers, stages, persona, later):
    here = (stages[1].pk, persona.pk)
    supply.refresh(hurry=True)
    assert audience()[here]["searches"] is None  # nobody we know searched
    searched(readers[0], 0)
    searched(readers[1], 0)
    searched(readers[0], 4)
    searched(readers[2], 0, human=False)
    searched(make_contact("staff", stage=stages[1], persona=persona, internal=True), 0)
    searched(make_contact("elsewhere", stage=stages[2], persona=persona), 0)
    supply.refresh(hurry=True)
    assert audience()[here]["searches"] == 2
    assert audience()[stages[2].pk, persona.pk]["searches"] == 1
    Contact.objects.filter(pk=readers[1].pk).update(stage=stages[2])
    supply.refresh(hurry=True)
    assert (audience()[here]["searches"], audience()[stages[2].pk, persona.pk]["searches"]) == (1, 2)
    later(days=90)
    supply.refresh(hurry=True)
    assert audience()[here]["searches"] is None  # all of it is too long ago


def test_the_loop_counts_once_an_hour(stages, persona, monkeypatch):
    assert supply.refresh in [loop.run for loop in LOOPS]
    assert (supply.refresh() > 0, supply.refresh()) == (True, 0)
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert supply.refresh() > 0


def test_the_map_is_told_and_a_deleted_persona_takes_its_rows_along(make_piece, readers, read, stages, persona):
    piece = make_piece("A")
    make_piece("B")
    for reader in readers:
        read(reader, piece)
    assert audience()[stages[1].pk, persona.pk]["weeks"] is None
    counted(stages, persona)
    assert audience()[stages[1].pk, persona.pk] == {"contacts": 5, "accounts": 1, "weeks": 12.9, "searches": None}
    Contact.objects.update(persona=None)
    gone = persona.pk
    persona.delete()
    assert not CellSupply.objects.filter(persona=gone).exists()
