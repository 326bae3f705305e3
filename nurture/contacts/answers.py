"""What people tell of themselves, in a survey or where they choose the topics of a subscription: their persona where
none is known, topics that interest them.

The answers stay where they were given, as evidence; here they become facts, each a FieldChange with its source.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField

from cms.models import Persona, Topic
from nurture.contacts import facts
from nurture.contacts.models import Contact, Engagement, FieldChange

SUBSCRIBED = ("subscription_confirmed", "subscription_changed")
TELLING = ("survey_answered", *SUBSCRIBED)
MOST_TOPICS = 100  # of one answered survey


def take(engagements: Iterable[Engagement]) -> int:
    """Take to heart what human answers tell, in the caller's transaction; how many facts are new.

    A persona that is known already stays: a person decides. No query when nothing was told.
    """
    told = [one for one in engagements if one.kind in TELLING and one.human and _tells(one)]
    if not told:
        return 0
    people = {contact.pk: contact for contact in Contact.objects.filter(pk__in={one.contact_id for one in told})}
    personas = {persona.pk: persona for persona in Persona.objects.all()}
    named = {topic for one in told for topic in _topics(one)}
    topics = set(Topic.objects.filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    number = 0
    for one in sorted(told, key=lambda one: one.occurred_at):
        contact, source = people[one.contact_id], _source(one)
        number += _persona(contact, personas.get(_persona_id(one)), source, one)
        for topic in _topics(one):
            if topic in topics:
                number += facts.state(contact, facts.INTEREST, str(topic), source, one.occurred_at)
    return number


def take_back(engagements: Iterable[Engagement]) -> int:
    """A robot gave these answers: the facts they became are taken back, in the caller's transaction; how many.

    A persona that was changed since, by whomever, stays.
    """
    told = [one for one in engagements if one.kind in TELLING and _tells(one)]
    number = 0
    for one in told:
        contact, source = Contact.objects.get(pk=one.contact_id), _source(one)
        mine = FieldChange.objects.filter(subject=contact.subject, source=source, at=one.occurred_at)
        number += mine.filter(field=facts.INTEREST).delete()[0]
        latest = FieldChange.objects.filter(subject=contact.subject, field="persona").order_by("-at", "-pk").first()
        if latest and latest.source == source and latest.at == one.occurred_at and latest.new:
            number += len(facts.change(contact, {"persona": None}, source))
    return number


def _tells(one: Engagement) -> bool:
    return bool(_persona_id(one) or _topics(one))


def _persona_id(one: Engagement) -> int | None:
    told = one.properties.get("persona")
    return told if _is_id(told) else None


def _topics(one: Engagement) -> list[int]:
    told = one.properties.get("topics")
    return [topic for topic in told[:MOST_TOPICS] if _is_id(topic)] if isinstance(told, list) else []


def _is_id(told) -> bool:
    """A server may send any JSON under this event's name."""
    return type(told) is int and 0 < told <= BigIntegerField.MAX_BIGINT


def _source(one: Engagement) -> str:
    if one.kind in SUBSCRIBED:
        return "subscription"
    survey = one.properties.get("survey")
    return f"survey:{survey if _is_id(survey) else 0}"


def _persona(contact: Contact, persona: Persona | None, source: str, one: Engagement) -> int:
    if persona is None or contact.persona_id:
        return 0
    try:
        return len(facts.change(contact, {"persona": persona}, source, one.occurred_at))
    except ValidationError:  # of another field, wrong since before: the answer stays with the survey all the same
        contact.refresh_from_db()
        return 0
