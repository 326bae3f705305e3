"""Who did what the ledger shows: named to those who may see contacts, and to nobody else."""

from uuid import uuid4

import pytest

from cms import clock, policy
from nurture.contacts.models import Contact, Engagement
from tests import ledger
from tracking.models import Event

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]


@pytest.fixture
def event():
    now, uuid = clock.now(), uuid4()
    values = {"kind": "asset_read", "occurred_at": now}
    contact = Contact.objects.create(email="ines@kaltwasser.example", first_name="Ines")
    ledger.store(*[Event(uuid=uuid, received_at=now, source="script", **values)])
    Engagement.objects.create(event_uuid=uuid, contact=contact, **values)
    return uuid


@pytest.mark.usefixtures("event")
def test_the_stream_names_a_known_reader_only_to_who_may_see_contacts(client, make_user, editor):
    client.force_login(make_user("ana", policy.ANALYST))
    assert ">Ines</a>" in client.get("/admin/ledger/").content.decode()
    client.force_login(editor)
    page = client.get("/admin/ledger/").content.decode()
    assert "Piece read" in page
    assert "Ines" not in page


def test_a_robot_is_nobody(client, marketer, event):
    Engagement.objects.filter(event_uuid=event).update(human=False)
    client.force_login(marketer)
    assert "Ines" not in client.get("/admin/ledger/").content.decode()
