"""The demo plan: around today, and the same when loaded again."""

import pytest

from cms.models import AssetPage
from editorial import demo
from editorial.models import BriefPoint, Entry, Waiver
from editorial.schedule import OPEN


@pytest.fixture
def loaded(editor, marketer, make_piece):
    make_piece("A live piece")
    lines = []
    demo.load(lines.append)
    return lines


def test_the_plan_has_every_kind_of_entry(loaded):
    entries = list(Entry.objects.all())
    assert loaded == [
        "Calendar: 14 entries planned, 1 fulfilled by pieces that are live",
        "Held room: a rule with 8 slots to come, one filled, one passed",
        "Mix: 3 targets",
        "Experts: one asked, with a quote that waits for their yes",
    ]
    assert {entry.step for entry in entries} == {"idea", "brief", "assigned", "drafting", "review", "published"}
    assert (sum(entry.due_on is None for entry in entries), AssetPage.objects.filter(live=False).count()) == (3, 2)
    today = Entry.objects.get(step="review").due_on
    assert Entry.objects.filter(due_on__lt=today, step__in=OPEN).count() == 2


def test_two_questions_are_needed_and_the_piece_in_a_hurry_says_why_it_began_without(loaded):
    assert BriefPoint.objects.filter(needed=True).count() == 2
    waiver = Waiver.objects.get()
    assert (waiver.entry.step, waiver.entry.shelf_life, len(waiver.questions)) == ("review", "timely", 2)


def test_loading_again_changes_nothing(loaded):
    before = list(Entry.objects.values_list("pk", "version", "step", "due_on"))
    demo.load(loaded.append)
    assert loaded[-1] == "Calendar: 0 entries planned, 0 fulfilled by pieces that are live"
    assert list(Entry.objects.values_list("pk", "version", "step", "due_on")) == before


def test_without_anybody_who_writes_the_plan_has_no_drafts(db):
    demo.load(lambda text: None)
    assert (Entry.objects.count(), AssetPage.objects.count()) == (14, 0)
