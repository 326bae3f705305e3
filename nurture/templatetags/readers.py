"""Who did what the ledger shows, for those who may see contacts: `{% known_readers events as readers %}`."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse

from cms import policy
from nurture.contacts import people
from nurture.contacts.models import Engagement

register = template.Library()


@register.simple_tag(takes_context=True)
def known_readers(context: template.Context, events: Iterable[Any]) -> dict[UUID, dict[str, str]]:
    """{event uuid: {"name", "url"}} of the contacts this user may see; robots' events are nobody's. Two queries."""
    user = context["request"].user
    if not policy.may(user, "contact.view"):
        return {}
    uuids = [event.uuid for event in events]
    owners = dict(Engagement.objects.filter(event_uuid__in=uuids, human=True).values_list("event_uuid", "contact_id"))
    seen = policy.visible(user, "contact.view", people.listed().filter(pk__in=set(owners.values())))
    named = {one.pk: {"name": str(one), "url": reverse("nurture:contact", args=[one.pk])} for one in seen}
    return {uuid: named[pk] for uuid, pk in owners.items() if pk in named}


@register.filter
def of_event(readers: dict[UUID, dict[str, str]], event: Any) -> dict[str, str] | None:
    """The reader of one event, or None."""
    return readers.get(event.uuid)
