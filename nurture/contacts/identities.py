"""Which browser belongs to whom. Edges are kept with their evidence and can be taken back."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.lookups import IsNull

from cms import clock
from nurture.contacts import proposals
from nurture.contacts.models import Contact, Engagement, Identity
from tracking import batches, queries
from tracking.models import Pending, Visitor

CONSUMER = "nurture"
SHOWN = 50  # anybody can make a page say who they are, as often as they like


class Taken(ValueError):
    """The browser belongs to somebody else already; two known people are never merged by a machine."""


def owners(visitor_ids: Iterable[int]) -> dict[int, int]:
    """{visitor id: contact id} for those that are tied to anybody. One query."""
    edges = Identity.objects.filter(visitor_id__in=list(visitor_ids), revoked_at__isnull=True)
    return dict(edges.values_list("visitor_id", "contact_id"))


def tie(contact: Contact, visitor: Visitor, kind: str, evidence: str = "") -> Identity:
    """Say that `visitor` is `contact`'s browser, and let what it did before count too. Saying it again is harmless.

    Raises Taken when it is another contact's: that edge must be revoked by a person first.
    """
    with transaction.atomic():
        edge = Identity.objects.filter(visitor=visitor, revoked_at__isnull=True).first()
        if edge and edge.contact_id != contact.pk:
            raise Taken(f"Browser {visitor.key} is tied to contact {edge.contact_id}; revoke that edge first.")
        if edge:
            return edge
        edge = Identity.objects.create(
            contact=contact, visitor=visitor, kind=kind, evidence=evidence[:200], created_at=clock.now()
        )
        queue_again(told_by(edge))
        proposals.look_again([visitor.key])
        return edge


def revoke(edge: Identity) -> None:
    """Take an edge back: what the browser did is no longer the contact's, unless a personal link says so."""
    with transaction.atomic():
        Identity.every.filter(pk=edge.pk, revoked_at__isnull=True).update(revoked_at=clock.now())
        queue_again(told_by(edge))
        if edge.visit_id is None:
            proposals.look_again([edge.visitor.key])


def identify(contact: Contact, visitor_key: UUID, kind: str, evidence: str = "") -> Identity | None:
    """Say that the browser with this key is the contact's, as `tie`; None when it is somebody else's already.

    Two people at one computer: the edge stays with the first until a person takes it back, and what the second does
    there is theirs only where they say who they are.
    """
    now = clock.now()
    visitor, _ = Visitor.objects.get_or_create(key=visitor_key, defaults={"first_seen_at": now, "last_seen_at": now})
    try:
        return tie(contact, visitor, kind, evidence)
    except Taken:
        return None


def of_contact(contact: Contact) -> list[Identity]:
    """The edges there are or were, strong ones first, then newest first, with the browser: at most SHOWN."""
    edges = contact.identities.select_related("visitor")
    return list(edges.order_by(IsNull(F("visit_id"), False), "-created_at", "-pk")[:SHOWN])


def told_by(edge: Identity) -> list[UUID]:
    """The events that an edge says whose they are: all of the browser, or what came after a claim in its visit."""
    events = queries.history([edge.visitor_id])
    if edge.visit_id:
        events = events.filter(session_id=edge.visit_id, occurred_at__gte=edge.created_at)
    return list(events.values_list("uuid", flat=True))


def queue_again(uuids: list[UUID]) -> None:
    """Forget the engagements of these events and queue them again: the projection is rebuilt by react()."""
    Engagement.objects.filter(event_uuid__in=uuids).delete()
    queue(uuids)


def queue(uuids: Iterable[UUID]) -> None:
    """Let react() look at these events again; one that it has projected stays as it is."""
    if CONSUMER in settings.TRACKING_CONSUMERS:
        pending = [Pending(consumer=CONSUMER, event_uuid=uuid) for uuid in uuids]
        batches.insert(Pending, pending, ignore_conflicts=True)
