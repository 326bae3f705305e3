"""Segment's and RudderStack's own clients for Python, as they are, against a running server: each message once."""

import pytest
from rudderstack.analytics.client import Client as RudderStack
from segment.analytics.client import Client as Segment

from nurture.contacts.models import Contact
from tests.nurture.people import stages
from tracking import accounts, keys
from tracking.models import Event

__all__ = ["stages"]
pytestmark = pytest.mark.db


@pytest.mark.parametrize("client_class", [Segment, RudderStack])
def test_every_message_arrives_once_and_the_person_is_known(installation, client_class):
    failed = []
    client = client_class(
        keys.make("crm", "server"),
        host=installation.start().url,
        gzip=True,
        on_error=lambda error, _: failed.append(error),
    )
    client.identify("7", {"email": "ines@reader.example", "firstName": "Ines", "company": {"name": "Reader Ltd"}})
    client.group("7", "reader", {"name": "Reader Ltd"})
    client.alias("7", "70")
    client.page("7", "docs", "Prices", {"url": "https://reader.example/prices"})
    client.screen("7", "app", "Start")
    for number in range(295):
        client.track("7", "Asset Downloaded", {"number": number})
    client.shutdown()
    assert failed == []
    installation.wait_until(lambda: Event.objects.count() == 300)
    numbers = [event.properties["number"] for event in Event.objects.filter(kind="asset_downloaded")]
    assert sorted(numbers) == list(range(295))
    installation.wait_until(lambda: Contact.objects.filter(engagements__kind="page_viewed").exists())
    contact = Contact.objects.get(email="ines@reader.example")
    assert (contact.first_name, contact.account.name) == ("Ines", "Reader Ltd")
    installation.wait_until(lambda: contact.engagements.filter(kind="asset_downloaded").count() == 295)
    assert "traits" not in Event.objects.get(kind="person_identified").properties
    assert accounts.balance().holds
