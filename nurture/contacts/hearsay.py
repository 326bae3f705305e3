"""What a page says of its reader under a browser's write key, which is public: a weak edge, for the rest of one visit.

Anybody can say anybody's address. So a claim makes no contact, changes none and ties no browser; it says whose the
readings that follow in the same visit probably are, until the page says otherwise, and takes nothing from an owner.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models.functions import Lower

from nurture.contacts import identities, people
from nurture.contacts.models import Engagement, Identity
from tracking import batches, consent, queries
from tracking.models import Event, WriteKey
from tracking.models.events import Verdict

KIND = "person_claimed"


def take(events: list[Event]) -> None:
    """Write a weak edge for each claim about somebody we know, in a browser that is nobody's; forget the address.

    Inside the caller's transaction, which stores the events' properties. The number of queries does not depend on the
    number of claims; none without any.
    """
    told = {event.uuid: (_address(event), event.properties.pop("key", "")) for event in events}
    said = [event for event in events if event.session_id and event.verdict == Verdict.HUMAN and told[event.uuid][0]]
    if not said:
        return
    known = people.listed().select_related(None).annotate(lower=Lower("email"))
    contacts = dict(known.filter(lower__in={told[event.uuid][0] for event in said}).values_list("lower", "pk"))
    owners = identities.owners({event.visitor_id for event in said})
    names = dict(WriteKey.objects.filter(digest__in={key for _, key in told.values()}).values_list("digest", "name"))
    last = {visit: rows[-1][1] for visit, rows in _by_visit(event.session_id for event in said).items()}
    new = []
    for event in sorted(said, key=lambda event: (event.occurred_at, event.uuid)):
        address, key = told[event.uuid]
        contact = contacts.get(address)
        if contact and event.visitor_id not in owners and last.get(event.session_id) != contact:
            last[event.session_id] = contact
            new.append(_edge(event, contact, names.get(key, "")))
    batches.insert(Identity, new)
    _catch_up(new)


def of_events(events: Iterable[Event]) -> dict[UUID, int]:
    """{event uuid: contact id} by what was last said in the visit before the event. At most one query."""
    events = [event for event in events if event.session_id]
    visits = _by_visit(event.session_id for event in events)
    found = {}
    for event in events:
        for said_at, contact in visits.get(event.session_id, ()):
            if said_at <= event.occurred_at:
                found[event.uuid] = contact
    return found


def _by_visit(visit_ids: Iterable[int]) -> dict[int, list[tuple]]:
    """{visit: [(when, contact id), …]}, oldest first."""
    visits: dict[int, list[tuple]] = {}
    ids = set(visit_ids)
    if ids:
        edges = Identity.every.filter(visit_id__in=ids, revoked_at=None).order_by("created_at", "pk")
        for visit, said_at, contact in edges.values_list("visit_id", "created_at", "contact_id"):
            visits.setdefault(visit, []).append((said_at, contact))
    return visits


def _edge(event: Event, contact_id: int, key: str) -> Identity:
    evidence = f"identify {event.uuid}, key {key}, {event.properties.get('site', '')}"
    return Identity(
        contact_id=contact_id,
        visitor_id=event.visitor_id,
        visit_id=event.session_id,
        kind=Identity.Kind.CLAIM,
        evidence=evidence[:200],
        created_at=event.occurred_at,
    )


def _catch_up(edges: list[Identity]) -> None:
    """What came after the claim and was looked at before it is queued again, unless it is somebody's already."""
    if not edges:
        return
    later = queries.history({edge.visitor_id for edge in edges}).filter(
        session_id__in={edge.visit_id for edge in edges}, occurred_at__gte=min(edge.created_at for edge in edges)
    )
    uuids = set(later.values_list("uuid", flat=True))
    identities.queue(uuids - set(batches.existing(Engagement, "event_uuid", uuids)))


def _address(event: Event) -> str:
    traits = event.properties.pop("traits", None)
    address = traits.get("email") if isinstance(traits, dict) else None
    return consent.normalise(address) if isinstance(address, str) else ""
