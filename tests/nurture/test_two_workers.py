"""Two workers decide at once: about one contact, only one of them at a time."""

import uuid

import pytest
from django.db import transaction

from cms import clock
from cms.models import BuyingStage
from nurture import pipeline
from nurture.contacts import people, unseen
from nurture.contacts.models import Contact, StageChange
from nurture.rules.models import ActionRun
from tests.conftest import ON_SQLITE
from tests.nurture.rules.conftest import make_contact, move_to, publish_rule, stage
from tests.racing import Racer

__all__ = ["make_contact", "move_to", "publish_rule", "stage"]
pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(ON_SQLITE, reason="SQLite has one writer at a time"),
]


def test_two_changes_of_one_contact_set_a_rule_off_once(make_contact, publish_rule, move_to):
    contact, there = make_contact(), BuyingStage.objects.get(slug="decision")
    publish_rule([move_to("advocacy")], trigger={"to_stages": [there.slug]}, kind="stage_changed", again=30)
    for _ in range(2):
        StageChange.objects.create(
            contact=contact,
            to_stage=there,
            at=clock.now(),
            recorded_at=clock.now(),
            reason="by hand",
            uuid=uuid.uuid4(),
        )
    first = unseen.claim(1)
    with transaction.atomic():
        pipeline._react_to_changes(first)
        other = Racer(lambda: pipeline.react(1))
        other.runs_into()
    other.finish()
    assert StageChange.objects.filter(to_stage=there, reacted=True).count() == 2
    assert ActionRun.objects.count() == 1


def test_two_who_add_one_person_at_once_have_the_same():
    found = []
    with transaction.atomic():
        there = people.add("kim@example.com", "api")
        other = Racer(lambda: found.append(people.add("kim@example.com", "form")))
        other.runs_into()
    other.finish()
    assert found == [there]
    assert Contact.objects.count() == 1
