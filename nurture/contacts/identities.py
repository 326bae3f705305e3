"""Which browser belongs to whom. Edges are kept with their evidence and can be taken back."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction

from cms import clock
from nurture.contacts.models import Contact, Engagement, Identity
from tracking import batches, queries
from tracking.models import Pending, Visitor

CONSUMER = "nurture"


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
        _reconsider(visitor)
        return edge


def revoke(edge: Identity) -> None:
    """Take an edge back: what the browser did is no longer the contact's, unless a personal link says so."""
    with transaction.atomic():
        Identity.objects.filter(pk=edge.pk, revoked_at__isnull=True).update(revoked_at=clock.now())
        _reconsider(edge.visitor)


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
    """Every edge there is or was, newest first, with the browser."""
    return list(contact.identities.select_related("visitor").order_by("-created_at", "-pk"))


def _reconsider(visitor: Visitor) -> None:
    """Forget the engagements of this browser and queue its events again: the projection is rebuilt by react()."""
    uuids = list(queries.history([visitor.pk]).values_list("uuid", flat=True))
    Engagement.objects.filter(event_uuid__in=uuids).delete()
    if CONSUMER in settings.TRACKING_CONSUMERS:
        pending = [Pending(consumer=CONSUMER, event_uuid=uuid) for uuid in uuids]
        batches.insert(Pending, pending, ignore_conflicts=True)
