"""The reading door of the ledger: what higher apps ask it, and how they take over the work it left for them."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, models

from cms import claims
from tracking import batches, months
from tracking.kinds import READING_KINDS
from tracking.models import Event, EventKey, Pending, Visitor
from tracking.models.events import Verdict

MOST_READ = 1000
LEASE = timedelta(seconds=60)  # then it is taken from who works on it, as from the dead


def claim(consumer: str, limit: int) -> list[Pending]:
    """The oldest events `consumer` has still to react to, at most `limit`; two workers never get the same.

    `finish` them in the transaction of the reaction, or `claims.put_aside` each.
    """
    return claims.take(Pending.objects.filter(consumer=consumer).order_by("id"), limit, LEASE)


def finish(pendings: Sequence[Pending]) -> None:
    """The consumer has reacted: remove the work, in the transaction of the reaction. Raises claims.LostError."""
    claims.finish(pendings, lambda rows: rows._raw_delete(DEFAULT_DB_ALIAS))


def events(uuids: Iterable[UUID]) -> list[Event]:
    """The events with these uuids, oldest first. Two queries; unknown uuids are passed over."""
    return list(stored(uuids).order_by("occurred_at", "id"))


def stored(uuids: Iterable[UUID]) -> models.QuerySet[Event]:
    """The events with these uuids, looked for in the months that their keys name. Asks for the keys at once."""
    uuids = set(uuids)
    moments = EventKey.objects.filter(uuid__in=uuids).values_list("occurred_at", flat=True)
    return Event.objects.filter(months.within(moments), uuid__in=uuids)


def visitors(keys: Iterable[UUID]) -> dict[UUID, int]:
    """{key: id} of the visitors that are known. One query."""
    return dict(Visitor.objects.filter(key__in=set(keys)).values_list("key", "id"))


def history(visitor_ids: Iterable[int]) -> models.QuerySet[Event]:
    """All events of these visitors, oldest first; between the first and last moment that one of them was seen."""
    ids = set(visitor_ids)
    seen = Visitor.objects.filter(pk__in=ids).aggregate(
        first=models.Min("first_seen_at"), last=models.Max("last_seen_at")
    )
    between = models.Q(occurred_at__range=(seen["first"], seen["last"])) if seen["first"] else models.Q(pk__in=[])
    return Event.objects.filter(between, visitor__in=ids).order_by("occurred_at", "id")


def of_campaign(pk: int, most: int) -> models.QuerySet[Event]:
    """The newest `most` events of people who came by an address that names this campaign, newest first."""
    return Event.objects.filter(campaign=pk, verdict=Verdict.HUMAN).order_by("-occurred_at")[:most]


def read_by(visitor_keys: Iterable[UUID]) -> set[int]:
    """Ids of the pieces that these browsers took in, a thousand at most. Three queries."""
    taken_in = history(visitors(visitor_keys).values()).filter(kind__in=READING_KINDS, asset__isnull=False)
    return set(taken_in.order_by().values_list("asset_id", flat=True).distinct()[:MOST_READ])


def unlink(uuids: Iterable[UUID]) -> int:
    """Take the personal link off these events: they happened, and are nobody's any more. Rows changed."""
    return batches.update(Event, [{"uuid": uuid, "link_ref": None} for uuid in uuids], key="uuid", fields=["link_ref"])


def link_figures(refs: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """{link ref: {"followed", "read", "robots"}}: people who followed it, readings it led to, robots. One query."""
    followed, human = models.Q(kind="link_followed"), models.Q(verdict=Verdict.HUMAN)
    counted = Event.objects.filter(link_ref__in=set(refs)).order_by().values("link_ref")
    counted = counted.annotate(
        followed=models.Count("pk", filter=followed & human),
        read=models.Count("pk", filter=models.Q(kind="asset_read") & human),
        robots=models.Count("pk", filter=followed & ~human),
    )
    return {row.pop("link_ref"): row for row in counted}
