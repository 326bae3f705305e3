from datetime import timedelta

import pytest

from cms import clock
from nurture.contacts import stages as verbs
from nurture.contacts.models import Contact, StageChange

pytestmark = pytest.mark.db


def ago(days):
    return clock.now() - timedelta(days=days)


def test_move_writes_the_change_and_the_stage(contact, stages, owner):
    change = verbs.move(contact, stages[1], reason="Asked for prices", at=ago(1), user=owner)

    assert Contact.objects.get().stage == stages[1]
    kept = StageChange.objects.get(uuid=change.uuid)
    assert (kept.from_stage, kept.to_stage, kept.reason, kept.user) == (stages[0], stages[1], "Asked for prices", owner)
    assert contact.stage == stages[1]


def test_move_to_where_they_are_is_none_and_writes_nothing(contact, stages):
    assert verbs.move(contact, stages[0], reason="Again", at=clock.now()) is None
    assert StageChange.objects.count() == 0


def test_older_change_is_history_and_does_not_override(contact, stages):
    verbs.move(contact, stages[2], reason="Chose", at=ago(1))
    change = verbs.move(contact, stages[1], reason="Compared, known late", at=ago(5))

    assert (change.from_stage_id, change.to_stage) == (stages[0].pk, stages[1])
    assert Contact.objects.get().stage == stages[2]
    assert contact.stage == stages[2]


def test_as_of_gives_the_stage_at_each_time(contact, make_contact, stages, django_assert_num_queries):
    never_moved = make_contact("jo", stage=stages[2])
    verbs.move(contact, stages[1], reason="a", at=ago(6))
    verbs.move(contact, stages[2], reason="b", at=ago(2))
    ids = [contact.pk, never_moved.pk]

    found = []
    for days in (9, 4, 1):
        with django_assert_num_queries(1):
            found.append(verbs.as_of(ids, ago(days)))

    still = stages[2].pk
    assert found == [{ids[0]: stage.pk, ids[1]: still} for stage in stages]


def test_many_moves_of_one_contact_are_taken_in_order_of_time(contact, stages):
    changes = verbs.move_all(
        [verbs.Move(contact, stages[2], "second", ago(1)), verbs.Move(contact, stages[1], "first", ago(2))]
    )

    assert [(change.reason, change.from_stage_id) for change in changes] == [
        ("first", stages[0].pk),
        ("second", stages[1].pk),
    ]
    assert Contact.objects.get().stage == stages[2]


def test_moving_many_costs_as_many_queries_as_moving_one(make_contact, stages, django_assert_num_queries):
    people = [make_contact(f"person{number}") for number in range(31)]
    with django_assert_num_queries(4):
        verbs.move_all([verbs.Move(people[0], stages[1], "read", ago(1))])
    with django_assert_num_queries(4):
        verbs.move_all([verbs.Move(person, stages[1], "read", ago(1)) for person in people[1:]])
    assert Contact.objects.filter(stage=stages[1]).count() == 31
