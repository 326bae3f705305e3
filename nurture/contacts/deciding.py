"""What a person decides of a proposal that two ids are one reader's (proposals.py), and how it is taken back.

A yes ties the browser or user that one id stands for to the contact of the other, by an edge like any other: what was
and will be read there counts for them. No two contacts become one: each keeps its address, its mails and its consent.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from wagtail.log_actions import log

from cms import clock
from cms.models import AssetPage
from nurture.contacts import identities, proposals
from nurture.contacts.models import Contact, Identity, MergeProposal
from tracking import queries, words
from tracking.kinds import STATED_KINDS
from tracking.models import Visitor

SHOWN = 5
State = MergeProposal.State


class Changed(ValueError):
    """It is not as it was shown any more: somebody decided, or an edge came or went. Look at it again."""


@dataclass(frozen=True)
class Side:
    """One of the two ids: what it stands for in the ledger, and whose that is. Both None: nothing known by it."""

    name: str
    visitor: Visitor | None
    contact: Contact | None


@dataclass(frozen=True)
class Question:
    """What is to be decided: `moved` becomes the contact of `kept`. `mark` tells whether it is still the same."""

    kept: Side
    moved: Side

    @property
    def mark(self) -> str:
        return "-".join(
            str(part and part.pk) for side in (self.kept, self.moved) for part in (side.visitor, side.contact)
        )

    @property
    def can_be_one(self) -> bool:
        """Is there anything a yes could tie?"""
        return bool(self.kept.contact and self.moved.visitor)


def question(proposal: MergeProposal) -> Question:
    """The question as the ledger stands now. Two queries."""
    found = {visitor.key: visitor for visitor in proposals.visitors(proposals.keys_of(proposal))}
    people = Contact.objects.in_bulk({visitor.owner for visitor in found.values() if visitor.owner})
    previous = [found.get(proposal.previous_user_key), found.get(proposal.previous_browser_key)]
    known = [visitor for visitor in previous if visitor]
    owned = next((visitor for visitor in known if visitor.owner), known[0] if known else None)
    user = _side(proposal.user, found.get(proposal.user_key), people)
    before = _side(proposal.previous, owned, people)
    return Question(user, before) if user.contact else Question(before, user)


def seen(side: Side) -> list[dict[str, Any]]:
    """The last things a reader did there, newest first: {"at", "kind", "title", "device"}. Three queries at most."""
    if side.visitor is None:
        return []
    done = queries.history([side.visitor.pk]).exclude(kind__in=STATED_KINDS)
    events = list(done.order_by("-occurred_at", "-id")[:SHOWN])
    assets = {event.asset_id for event in events if event.asset_id}
    titles = dict(AssetPage.objects.filter(pk__in=assets).values_list("pk", "title"))
    return [
        {
            "at": event.occurred_at,
            "kind": words.said(words.KINDS, event.kind),
            "title": titles.get(event.asset_id, ""),
            "device": event.device,
        }
        for event in events
    ]


def accept(pk: int, mark: str, user) -> MergeProposal:
    """They are one reader. Raises Changed, MergeProposal.DoesNotExist."""
    with transaction.atomic():
        proposal = _open(pk)
        asked = question(proposal)
        if asked.mark != mark or not asked.can_be_one:
            raise Changed
        _decide(proposal, State.ACCEPTED, user)  # before the edges, which look at what is undecided
        ended = Identity.objects.filter(visitor=asked.moved.visitor, revoked_at=None).first()
        if ended:
            identities.revoke(ended)
        evidence = f"“{proposal.previous}” is “{proposal.user}”: alias {proposal.event_uuid}"
        proposal.ended = ended
        proposal.made = identities.tie(asked.kept.contact, asked.moved.visitor, Identity.Kind.DECIDED, evidence)
        proposal.save()
        _log(proposal, "nurture.merge_accepted", user)
    return proposal


def decline(pk: int, mark: str, user) -> MergeProposal:
    """They are not the same; the same words of another system ask no more. Raises as `accept`."""
    with transaction.atomic():
        proposal = _open(pk)
        if question(proposal).mark != mark:
            raise Changed
        _decide(proposal, State.DECLINED, user)
        proposal.save()
        _log(proposal, "nurture.merge_declined", user)
    return proposal


def take_back(pk: int, user) -> MergeProposal:
    """Undecided again, with all edges as before as far as they can be. Raises Changed, MergeProposal.DoesNotExist."""
    with transaction.atomic():
        proposal = MergeProposal.objects.select_for_update().get(pk=pk)
        if proposal.state not in (State.ACCEPTED, State.DECLINED):
            raise Changed
        _log(proposal, "nurture.merge_taken_back", user)
        made, ended = proposal.made, proposal.ended
        proposal.state, proposal.decided_at, proposal.decided_by = State.OPEN, None, None
        proposal.made = proposal.ended = None
        proposal.save()
        if made and made.revoked_at is None:
            identities.revoke(made)
            if ended:
                identities.identify(ended.contact, ended.visitor.key, ended.kind, ended.evidence)
        proposals.look_again(proposals.keys_of(proposal))
    return proposal


def _side(name: str, visitor: Visitor | None, people: dict[int, Contact]) -> Side:
    return Side(name, visitor, people.get(visitor.owner) if visitor else None)


def _open(pk: int) -> MergeProposal:
    proposal = MergeProposal.objects.select_for_update().get(pk=pk)
    if proposal.state != State.OPEN:
        raise Changed
    return proposal


def _decide(proposal: MergeProposal, state: str, user) -> None:
    proposal.state, proposal.decided_at, proposal.decided_by = state, clock.now(), user
    proposal.save(update_fields=["state", "decided_at", "decided_by"])


def _log(proposal: MergeProposal, action: str, user) -> None:
    """On each contact that it is about; not the ids, which go when one of them is forgotten."""
    for contact in (proposal.contact, proposal.other):
        if contact:
            log(instance=contact, action=action, user=user, data={"proposal": proposal.pk})
