"""The reading door of the ledger: what higher apps ask it, and how they take over the work it left for them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, models

from cms import clock
from tracking import batches
from tracking.models import Event, Pending, Visitor
from tracking.models.events import Verdict

MAX_ATTEMPTS = 3


def claim(consumer: str, limit: int) -> list[Pending]:
    """The oldest events `consumer` has still to react to, at most `limit`. Call it inside `transaction.atomic`.

    They stay claimed until that transaction ends: `finish` or `put_aside` them in it. Two workers never get the same.
    """
    waiting = Pending.objects.filter(consumer=consumer, dead_at=None).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)
    return list(waiting[:limit])


def finish(pendings: Iterable[Pending]) -> int:
    """The consumer has reacted: remove the work, in the transaction of the reaction. Rows removed."""
    return batches.delete(Pending, "id", [pending.pk for pending in pendings])


def put_aside(pending: Pending, error: str) -> None:
    """Reacting failed: count the attempt and keep the reason; after MAX_ATTEMPTS it is dead and waits for a person."""
    pending.attempts += 1
    pending.error = error[:4000]
    pending.dead_at = clock.now() if pending.attempts >= MAX_ATTEMPTS else None
    pending.save(update_fields=["attempts", "error", "dead_at"])


def revive(consumer: str) -> int:
    """Give the dead work of `consumer` another three attempts, after its cause was mended. Rows revived."""
    return Pending.objects.filter(consumer=consumer, dead_at__isnull=False).update(attempts=0, dead_at=None)


def events(uuids: Iterable[UUID]) -> list[Event]:
    """The events with these uuids, oldest first. One query; unknown uuids are passed over."""
    return list(Event.objects.filter(uuid__in=set(uuids)).order_by("occurred_at", "id"))


def visitors(keys: Iterable[UUID]) -> dict[UUID, int]:
    """{key: id} of the visitors that are known. One query."""
    return dict(Visitor.objects.filter(key__in=set(keys)).values_list("key", "id"))


def history(visitor_ids: Iterable[int]) -> models.QuerySet[Event]:
    """All events of these visitors, oldest first."""
    return Event.objects.filter(visitor__in=set(visitor_ids)).order_by("occurred_at", "id")


def asset_figures(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """{asset id: {"views", "readers", "reads", "downloads"}}, people only, for those with any event. One query.

    `readers` are distinct visitors with consent; reading without one counts as a view only.
    """
    people = Event.objects.filter(asset__in=set(ids), verdict=Verdict.HUMAN).order_by()
    counted = people.values("asset").annotate(
        views=models.Count("pk", filter=models.Q(kind="page_viewed")),
        reads=models.Count("pk", filter=models.Q(kind="asset_read")),
        downloads=models.Count("pk", filter=models.Q(kind="asset_downloaded")),
        readers=models.Count("visitor", distinct=True),
    )
    return {row.pop("asset"): row for row in counted}


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
