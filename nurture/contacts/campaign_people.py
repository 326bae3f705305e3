"""Whom a campaign brought: contacts who came by an address that carries its name, and what followed."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from nurture.contacts.models import Engagement, Identity
from nurture.contacts.scorecard import Histories, follows
from tracking import queries
from tracking.models import Event

COUNTED = 10_000  # the newest events; more than that says nothing more


@dataclass
class Came:
    """When each contact came (oldest first), how many became known after, and how often one moved forward after.

    Colleagues and made-up people are left out. Words as on the scorecard: an edge, or a move, within 30 days after.
    """

    contacts: dict[int, list[datetime]] = field(default_factory=dict)
    became_known: int = 0
    moves: int = 0


def of(campaign_id: int) -> Came:
    """For one campaign. Six queries, three where nobody came."""
    events = queries.of_campaign(campaign_id, COUNTED)
    taken_in = Engagement.objects.filter(event_uuid__in=events.values("uuid"), human=True)
    taken_in = taken_in.filter(contact__synthetic=False, contact__internal=False)
    contacts: dict[int, list[datetime]] = defaultdict(list)
    for contact, at in taken_in.order_by("occurred_at", "pk").values_list("contact_id", "occurred_at"):
        contacts[contact].append(at)
    came = Came(dict(contacts), _became_known(events))
    if contacts:
        histories = Histories(taken_in)
        came.moves = sum(follows(move, times) for pk, times in contacts.items() for move in histories.forward(pk))
    return came


def _became_known(events: QuerySet[Event]) -> int:
    """Browsers that came by it while nobody's, and were tied to a contact within 30 days after."""
    times: dict[int, list[datetime]] = defaultdict(list)
    for visitor, at in events.values_list("visitor_id", "occurred_at"):
        if visitor is not None:
            times[visitor].insert(0, at)  # they come newest first
    edges = Identity.objects.filter(visitor__in=times, revoked_at=None)
    edges = edges.filter(contact__synthetic=False, contact__internal=False).values_list("visitor_id", "created_at")
    return sum(follows(tied_at, times[visitor]) for visitor, tied_at in edges)
