"""Drafts held in the main database: from the spool, or because whoever took them over died or failed.

Each has a lease and counts its attempts before it is looked at (cms/claims.py): what was tried before is tried alone,
and after three attempts it is dead and waits for a person under Reports › Stuck work.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import DEFAULT_DB_ALIAS, transaction

from cms import claims, clock
from tracking import batches
from tracking.models import HeldDraft, Received

LEASE = timedelta(seconds=60)
FIELDS = ("uuid", "kind", "source", "occurred_at", "received_at", "payload", "facts")


def hold(drafts: Iterable[Received], attempts: int = 0, error: str = "") -> int:
    """Keep them here, in the transaction in which they leave where they were; how many. With `error` for a moment."""
    same = {"attempts": attempts, "error": error[:4000], "lease_until": clock.now() + claims.PAUSE if error else None}
    rows = [HeldDraft(**{name: getattr(draft, name) for name in FIELDS}, **same) for draft in drafts]
    return batches.insert(HeldDraft, rows)


def claim(limit: int) -> list[HeldDraft]:
    """The oldest that are free, at most `limit`, under a lease. A look at none writes nothing."""
    if not HeldDraft.objects.filter(dead_at=None).exists():
        return []
    return claims.take(HeldDraft.objects.order_by("id"), limit, LEASE)


def finish(held: list[HeldDraft]) -> None:
    """They are stored or dropped, in the same transaction. Raises claims.LostError."""
    claims.finish(held, lambda rows: rows._raw_delete(DEFAULT_DB_ALIAS))


def remove(draft: HeldDraft) -> bool:
    """Take out one that was given up, in the transaction that counts it. False: it is not dead any more."""
    with transaction.atomic():
        return bool(HeldDraft.objects.filter(pk=draft.pk, dead_at__isnull=False).delete()[0])
