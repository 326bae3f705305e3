"""A reading that went on: one engagement with the largest time, rules that ask for more fire once, in any order."""

from datetime import timedelta
from uuid import uuid4

import pytest

from cms import clock
from cms.models import AssetPage, BuyingStage, HomePage
from nurture import pipeline
from nurture.contacts import identities
from nurture.contacts.models import Contact, Engagement, Identity
from nurture.rules.models import ActionRun, Rule
from tests import ledger
from tests.nurture.rules.conftest import READING
from tracking import batches, readings
from tracking.models import Event, Pending, Visitor

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def piece():
    page = AssetPage(title="Piece", slug="piece", primary_stage=BuyingStage.objects.get(slug="interest"))
    return HomePage.objects.get().add_child(instance=page)


@pytest.fixture
def visitor():
    now = clock.now()
    made = Visitor.objects.create(key=uuid4(), first_seen_at=now, last_seen_at=now)
    identities.tie(Contact.objects.create(email="ines@reader.example"), made, Identity.Kind.FORM)
    return made


@pytest.fixture
def patient_rule():
    rule = Rule(name="Sixty seconds", why="Because.", again_after_days=0, live=False)
    rule.trigger = [("asset_engaged", READING | {"min_seconds": 60})]
    rule.actions = [("move_stage", {"stage": "decision", "forward_only": True})]
    rule.save()
    rule.save_revision().publish()


@pytest.fixture
def tell(piece, visitor):
    """tell("asset_read", uuid, seconds=15, …): an event and its pending work."""

    def happen(kind, uuid, verdict="human", asset=piece, **properties):
        at = clock.now() - timedelta(minutes=1)
        event = Event(uuid=uuid, kind=kind, occurred_at=at, received_at=at, source="script", visitor=visitor)
        event.asset, event.verdict, event.properties = asset, verdict, properties
        ledger.store(event)
        batches.insert(Pending, [Pending(consumer="nurture", event_uuid=uuid)])

    return happen


def outcome():
    while pipeline.react():
        pass
    one = Engagement.objects.get()
    return one.kind, one.properties["seconds"], one.properties["depth"], ActionRun.objects.count()


def test_what_was_read_later_is_added_and_a_rule_that_asks_for_it_fires_once(tell, patient_rule):
    uuid = uuid4()
    tell("asset_read", uuid, seconds=15, depth=50)
    assert outcome() == ("asset_read", 15, 50, 0)
    for part, (seconds, depth) in enumerate([(25, 60), (70, 90), (95, 90)], 1):
        tell("reading_continued", readings.parts(uuid)[part - 1], seconds=seconds, depth=depth, part=part)
        outcome()
    assert outcome() == ("asset_read", 95, 90, 1)


@pytest.mark.parametrize("together", [True, False])
def test_the_order_in_which_they_arrive_does_not_matter(tell, patient_rule, together):
    uuid = uuid4()
    tell("reading_continued", readings.parts(uuid)[1], seconds=70, depth=90, part=2)
    if not together:
        pipeline.react()
        assert not Engagement.objects.exists()
    tell("asset_read", uuid, seconds=15, depth=50)
    assert outcome() == ("asset_read", 70, 90, 1)


def test_robots_other_pieces_and_nonsense_add_nothing(tell, patient_rule, piece):
    uuid = uuid4()
    parts = readings.parts(uuid)
    tell("asset_read", uuid, seconds=15, depth=50)
    tell("reading_continued", parts[0], verdict="robot", seconds=99, depth=99, part=1)
    tell("reading_continued", parts[1], asset=None, seconds=99, depth=99, part=2)
    tell("reading_continued", parts[2], seconds="99", depth=True, part=3)
    tell("reading_continued", parts[3], seconds=99, depth=99, part="4")
    tell("reading_continued", parts[4], seconds=9, depth=9, part=5)
    tell("reading_continued", uuid4(), seconds=99, depth=99, part=6)
    assert outcome() == ("asset_read", 15, 50, 0)
