"""Where a contact stands in the buying cycle: only a rule or a person moves it, and every move is a row."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from cms import clock
from cms.models import BuyingStage, User
from nurture.contacts.models import Contact, StageChange
from tracking import batches


@dataclass(frozen=True)
class Move:
    """One wish: this contact to that stage, because of this, true since `at`."""

    contact: Contact
    to_stage: BuyingStage
    reason: str
    at: datetime
    cause_uuid: UUID | None = None
    user: User | None = None
    forward_only: bool = False


def move(contact, to_stage, *, reason, at, cause_uuid=None, user=None) -> StageChange | None:
    """Write the change and the contact's stage in the caller's transaction. None when it is there already.

    A change older than the newest known one is history: it is recorded, and the contact stays where it is.
    """
    return next(iter(move_all([Move(contact, to_stage, reason, at, cause_uuid, user)])), None)


def move_all(moves: Iterable[Move]) -> list[StageChange]:
    """As `move`, for many, in order of time: four statements whatever the number. The caller holds the contacts.

    Returns the changes made (their `uuid` names them); `contact.stage` of each Move is set.
    """
    moves = sorted(moves, key=lambda move: move.at)
    known = _histories({move.contact.pk for move in moves})
    order = dict(BuyingStage.objects.values_list("pk", "sort_order"))
    changes, moved = [], {}
    for wish in moves:
        history = known.setdefault(wish.contact.pk, [])
        before = _stage_at(history, wish.at, wish.contact.stage_id)
        if before == wish.to_stage.pk or (wish.forward_only and before and wish.to_stage.sort_order < order[before]):
            continue
        change = _change(wish, before)
        is_newest = all(row.at <= wish.at for row in history)
        history.append(change)
        history.sort(key=lambda row: row.at)  # stable: of two at one moment the one written later counts
        changes.append(change)
        if is_newest:
            wish.contact.stage = wish.to_stage
            moved[wish.contact.pk] = wish.contact
    batches.insert(StageChange, changes)
    rows = [{"id": contact.pk, "stage_id": contact.stage_id} for contact in moved.values()]
    batches.update(Contact, rows, fields=["stage_id"])
    return changes


def caused_by(uuids: Collection[UUID]) -> set[UUID]:
    """These causes, and the changes that rules made because of them, and because of those in turn."""
    chain, new = set(uuids), set(uuids)
    while new:
        changes = StageChange.objects.filter(cause_uuid__in=new, user=None)
        new = set(changes.values_list("uuid", flat=True)) - chain
        chain |= new
    return chain


def undo(chain: Collection[UUID], reason: str) -> set[tuple[int, UUID]]:
    """Take back the moves of this chain (`caused_by`) after which nothing else came: (contact id, cause) of each.

    History stays: one move back, which sets off no rule, answers them. A move of which a person, or another reading,
    has made something since is left as it is.
    """
    contacts = set(StageChange.objects.filter(cause_uuid__in=chain, user=None).values_list("contact_id", flat=True))
    taken_back = set()
    for history in _histories(contacts).values():
        ours = []
        while history and history[-1].user_id is None and history[-1].cause_uuid in chain:
            ours.append(history.pop())
        if ours and ours[-1].from_stage_id:
            first = ours[-1]
            back = move(first.contact, first.from_stage, reason=reason, at=max(clock.now(), ours[0].at))
            unseen = StageChange.objects.filter(uuid__in=[back.uuid, *(change.uuid for change in ours)])
            unseen.update(reacted=True)
            taken_back |= {(change.contact_id, change.cause_uuid) for change in ours}
    return taken_back


def as_of(contact_ids: Collection[int], at: datetime) -> dict[int, int | None]:
    """{contact id: stage id} as it was at that moment, from the rows of changes alone. One query."""
    changes = StageChange.objects.filter(contact=OuterRef("pk"))
    earlier = changes.filter(at__lte=at).order_by("-at", "-pk")
    later = changes.filter(at__gt=at).order_by("at", "pk")
    rows = Contact.objects.filter(pk__in=contact_ids).values_list(
        "pk",
        "stage_id",
        Exists(earlier),
        Subquery(earlier.values("to_stage")[:1]),
        Exists(later),
        Subquery(later.values("from_stage")[:1]),
    )
    return {
        pk: reached if has_earlier else left if has_later else now
        for pk, now, has_earlier, reached, has_later, left in rows
    }


def _histories(contact_ids) -> dict[int, list[StageChange]]:
    """Every change of these contacts, oldest first. A contact has a handful: people do not change stage daily."""
    histories: dict[int, list[StageChange]] = {}
    for change in StageChange.objects.filter(contact__in=contact_ids).order_by("at", "pk"):
        histories.setdefault(change.contact_id, []).append(change)
    return histories


def _stage_at(history: list[StageChange], at: datetime, now: int | None) -> int | None:
    """The stage at that moment, from changes in order of time; before the first change, what that change left."""
    earlier = [change for change in history if change.at <= at]
    if earlier:
        return earlier[-1].to_stage_id
    return history[0].from_stage_id if history else now


def _change(wish: Move, before: int | None) -> StageChange:
    return StageChange(
        contact=wish.contact,
        from_stage_id=before,
        to_stage=wish.to_stage,
        at=wish.at,
        recorded_at=clock.now(),
        reason=wish.reason,
        cause_uuid=wish.cause_uuid,
        uuid=uuid.uuid4(),
        user=wish.user,
    )
