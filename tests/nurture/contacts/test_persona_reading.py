"""What the people of a persona read, as a persona's page shows it."""

import pytest

from cms.models import Persona
from nurture.contacts import reading

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_people_are_counted_once_a_piece_ours_and_robots_not_at_all(make_contact, make_asset, read):
    persona, other = (Persona.objects.create(slug=name, name=name) for name in ("it", "finance"))
    one, two, ours = (make_contact(name, persona=persona) for name in ("ada", "bea", "cleo"))
    ours.internal = True
    ours.save()
    stranger = make_contact("dora", persona=other)
    cold, warm = make_asset("Cold"), make_asset("Warm")
    for contact in (one, one, two, ours, stranger):
        read(contact, cold)
    read(one, warm)
    read(two, warm, human=False)
    read(two, warm, hours=24 * 200)
    assert reading.of_persona(persona.pk) == [(cold.pk, 2), (warm.pk, 1)]
