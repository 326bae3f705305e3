"""The sum that must always be right: acknowledged = stored + dropped + in the inbox + in the spool."""

from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from tracking import inbox, queries, rollups, spool
from tracking.models import DraftMark, DropCount, Event, EventKey, HeldDraft, Pending


@dataclass(frozen=True)
class Balance:
    """How many drafts are where; `inbox` counts those held, too. `taken` is all that ever left inbox, spool and hold;
    `keys` the uuids ever stored.
    """

    stored: int
    dropped: int
    inbox: int
    spool: int
    taken: int
    keys: int

    @property
    def total(self) -> int:
        """What was ever acknowledged."""
        return self.stored + self.dropped + self.inbox + self.spool

    @property
    def holds(self) -> bool:
        """Each draft taken over was stored or dropped, and each stored event has its key."""
        return self.taken == self.stored + self.dropped and self.keys == self.stored

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def balance() -> Balance:
    """Count. Exact while no batch is being taken over; counts tables, so not for a page."""
    mark = DraftMark.objects.filter(pk=1).first() or DraftMark()
    return Balance(
        stored=Event.objects.count(),
        dropped=DropCount.objects.aggregate(n=Sum("count"))["n"] or 0,
        inbox=inbox.waiting().count() + HeldDraft.objects.count(),
        spool=len(spool.waiting()),
        taken=mark.taken,
        keys=EventKey.objects.count(),
    )


def forget(uuid: UUID) -> None:
    """Take one stored event out of the ledger as if it had never come: for `doctor --loop`. The sum still holds."""
    with transaction.atomic():
        events = queries.stored([uuid])
        days = rollups.days_of(events)
        stored, _ = events.delete()
        EventKey.objects.filter(uuid=uuid).delete()
        Pending.objects.filter(event_uuid=uuid).delete()
        DraftMark.objects.filter(pk=1).update(taken=F("taken") - stored)
        rollups.mark_stale(days)
