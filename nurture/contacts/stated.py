"""What is said about people and companies (tracking/segment.py): who it is, and for which company.

What a browser says of its reader is a claim (nurture/contacts/hearsay.py), and that two ids are one reader's is for a
person to decide (proposals.py); all else here comes from keys of servers only. A machine fills what is empty and never
overwrites what a person wrote; an address is one person; a browser that is another's already stays theirs
(identities.identify).
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q

from nurture.contacts import facts, hearsay, identities, people, proposals
from nurture.contacts.models import Account, Contact, Identity
from tracking import batches
from tracking.kinds import STATED_KINDS
from tracking.models import Event

# A trait of the Segment specification, and the contact's field that it fills.
FIELDS = {"first_name": "firstName", "last_name": "lastName", "job_title": "title", "phone": "phone"}
SOURCE = "api"


def take(events: list[Event]) -> list[Event]:
    """Take to heart what is stated, and give back the events that are something a reader did.

    Inside the caller's transaction. No query when nothing is stated. Traits are forgotten afterwards: they are on the
    contact, where they can be corrected and erased, and the ledger needs no names.
    """
    stated = [event for event in events if event.kind in STATED_KINDS]
    hearsay.take([event for event in stated if event.kind == hearsay.KIND])
    for event in sorted(stated, key=lambda event: event.occurred_at):
        traits = event.properties.pop("traits", None)
        if isinstance(traits, dict) and event.visitor_id:
            (_identify if event.kind == "person_identified" else _group)(event, traits)
    proposals.take([event for event in stated if event.kind == proposals.KIND])
    if stated:
        rows = [{"uuid": event.uuid, "properties": event.properties} for event in stated]
        batches.update(Event, rows, key="uuid", fields=["properties"])
    return [event for event in events if event.kind not in STATED_KINDS]


def _identify(event: Event, traits: dict[str, Any]) -> None:
    address = traits.get("email")
    contact = _contact(address) if isinstance(address, str) else _owner(event)
    if contact is None:
        return
    told = {field: _text(traits, name) for field, name in FIELDS.items()}
    facts.fill(contact, {field: value for field, value in told.items() if value}, SOURCE)
    if name := _company(traits):
        _join(contact, name, "")
    keys = [UUID(key) for key in event.properties.get("visitors", ())] or [event.visitor.key]
    for key in keys:
        identities.identify(contact, key, Identity.Kind.API, f"identify {event.uuid}")


def _group(event: Event, traits: dict[str, Any]) -> None:
    contact, name = _owner(event), _text(traits, "name")
    if contact and name:
        _join(contact, name, _text(traits, "domain"))


def _contact(address: str) -> Contact | None:
    """The contact with this address, made when new; None when it is no address."""
    try:
        return people.add(address, SOURCE)
    except ValidationError:
        return None


def _owner(event: Event) -> Contact | None:
    owner = identities.owners([event.visitor_id]).get(event.visitor_id)
    return Contact.objects.filter(pk=owner).first()


def _join(contact: Contact, name: str, domain: str) -> None:
    """The account of this name or domain, made when new, unless the contact has one: then a person decides."""
    if contact.account_id:
        return
    wanted = Q(name__iexact=name) | (Q(domain__iexact=domain) if domain else Q(pk=None))
    account = Account.objects.filter(wanted).order_by("pk").first() or Account.objects.create(name=name, domain=domain)
    facts.fill(contact, {"account": account}, SOURCE)


def _company(traits: dict[str, Any]) -> str:
    company = traits.get("company")
    return _text(company, "name") if isinstance(company, dict) else _text(traits, "company")


def _text(traits: dict[str, Any], name: str) -> str:
    value = traits.get(name)
    return value.strip()[:120] if isinstance(value, str) else ""
