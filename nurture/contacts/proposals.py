"""That two ids are one reader's, as another system says by `alias`: kept for a person to decide (deciding.py).

A proposal waits until a contact is known by one of its ids, is then to be decided, and is gone once both are one
contact's anyway. Said again it stays as it was decided.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from cms import clock
from nurture.contacts.models import Contact, Identity, MergeProposal
from tracking import batches, segment
from tracking.models import Event, Visitor, WriteKey
from tracking.models.events import Verdict

KIND = "merge_proposed"
PATIENCE = timedelta(days=90)  # for an id that nobody is known by
CROWD = 20  # anybody can propose under a public key, as often as they like: of a user so many wait at most
TOLD = ("user", "previous", "key", "site")
State = MergeProposal.State
UNDECIDED = (State.WAITING, State.OPEN)


def take(events: list[Event]) -> None:
    """Keep what these events propose, and take the ids off them: they are on the proposal, where a person sees them.

    Inside the caller's transaction, which stores the events' properties. The number of queries does not depend on the
    number of events; none without any. Under a public key a page speaks of its own browser alone.
    """
    told = {event.uuid: {name: event.properties.pop(name, "") for name in TOLD} for event in events}
    found = [_proposal(event, told[event.uuid]) for event in events if told[event.uuid]["previous"]]
    found = _credible(found, {event.uuid: event for event in events})
    if not found:
        return
    digests = {said["key"] for said in told.values()}
    names = dict(WriteKey.objects.filter(digest__in=digests).values_list("digest", "name"))
    for one in found:
        one.key_name = names.get(told[one.event_uuid]["key"], "")
    batches.insert(MergeProposal, found, ignore_conflicts=True)
    look_again(key for one in found for key in keys_of(one))


def look_again(keys: Iterable[UUID]) -> None:
    """Whose the browsers and users with these keys are has changed, or may have: see what is to decide now.

    One query where nothing is proposed of them.
    """
    rows = list(MergeProposal.objects.filter(_naming(keys), state__in=UNDECIDED))
    if not rows:
        return
    owners = dict(visitors(key for row in rows for key in keys_of(row)).values_list("key", "owner"))
    changed, settled = [], []
    for row in rows:
        contact = owners.get(row.user_key)
        other = owners.get(row.previous_user_key) or owners.get(row.previous_browser_key)
        if contact and contact == other:
            settled.append(row.pk)
            continue
        state = State.OPEN if contact or other else State.WAITING
        if (row.state, row.contact_id, row.other_id) != (state, contact, other):
            changed.append({"id": row.pk, "state": state, "contact": contact, "other": other})
    batches.update(MergeProposal, changed, fields=["state", "contact", "other"])
    batches.delete(MergeProposal, "id", settled)


def visitors(keys: Iterable[UUID]) -> QuerySet[Visitor]:
    """The visitors with these keys, each with its `owner`: the id of the contact it is tied to, or None."""
    edges = Identity.objects.filter(visitor=OuterRef("pk"), revoked_at=None)
    return Visitor.objects.filter(key__in=set(keys)).annotate(owner=Subquery(edges.values("contact")[:1]))


def keys_of(proposal: MergeProposal) -> tuple[UUID, UUID, UUID]:
    """The visitor keys that its ids stand for."""
    return proposal.user_key, proposal.previous_user_key, proposal.previous_browser_key


def of_contact(contact: Contact, keys: Iterable[UUID]) -> QuerySet[MergeProposal]:
    """Those that are about a contact, or name one of their browsers, by key."""
    return MergeProposal.objects.filter(_naming(keys) | Q(contact=contact) | Q(other=contact))


def forget(keys: Iterable[UUID]) -> int:
    """Whose browsers or users these are wants none of it known any more; how many went."""
    keys = set(keys)
    return MergeProposal.objects.filter(_naming(keys)).delete()[0] if keys else 0


def forget_old() -> int:
    """Those that nobody was ever known by, and those whose events are gone by now; how many. The loop."""
    now = clock.now()
    waiting = Q(state=State.WAITING, said_at__lt=now - PATIENCE)
    rest = Q(said_at__lt=now - timedelta(days=settings.TRACKING_KEEP_DAYS))
    return MergeProposal.objects.filter(waiting | rest).delete()[0]


def _naming(keys: Iterable[UUID]) -> Q:
    keys = set(keys)
    return Q(user_key__in=keys) | Q(previous_user_key__in=keys) | Q(previous_browser_key__in=keys)


def _proposal(event: Event, told: dict[str, str]) -> MergeProposal:
    return MergeProposal(
        event_uuid=event.uuid,
        user=told["user"],
        previous=told["previous"],
        user_key=UUID(segment.user_key(told["user"])),
        previous_user_key=UUID(segment.user_key(told["previous"])),
        previous_browser_key=UUID(segment.browser_key(told["previous"])),
        by_page=event.source != "server",
        site=told["site"][:300],
        said_at=event.occurred_at,
    )


def _credible(proposals: list[MergeProposal], events: dict[UUID, Event]) -> list[MergeProposal]:
    """Those of servers, and of pages as far as they are a person's, about the browser itself, and not too many."""
    by_page = [one for one in proposals if one.by_page and events[one.event_uuid].verdict == Verdict.HUMAN]
    ids = {events[one.event_uuid].visitor_id for one in by_page} - {None}
    keys = dict(Visitor.objects.filter(pk__in=ids).values_list("pk", "key")) if ids else {}
    own = [one for one in by_page if keys.get(events[one.event_uuid].visitor_id) == one.previous_browser_key]
    crowded = _waiting(one.user_key for one in own) if own else {}
    heard = []
    for one in own:
        crowded[one.user_key] = crowded.get(one.user_key, 0) + 1
        if crowded[one.user_key] <= CROWD:
            heard.append(one)
    return [one for one in proposals if not one.by_page] + heard


def _waiting(user_keys: Iterable[UUID]) -> dict[UUID, int]:
    """{user key: how many that pages said of it are not decided}. One query."""
    rows = MergeProposal.objects.filter(user_key__in=set(user_keys), by_page=True, state__in=UNDECIDED)
    return dict(rows.values("user_key").annotate(n=Count("pk")).values_list("user_key", "n"))
