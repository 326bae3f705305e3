"""Stage changes that no rule has seen yet: moves by hand, or left over from a batch. Claimed as events are."""

from collections.abc import Sequence
from datetime import timedelta

from cms import claims
from nurture.contacts.models import StageChange

LEASE = timedelta(seconds=60)


def claim(limit: int) -> list[StageChange]:
    """The oldest, at most `limit`; two workers get different ones."""
    return claims.take(StageChange.objects.filter(reacted=False).order_by("pk"), limit, LEASE)


def finish(changes: Sequence[StageChange]) -> None:
    """Rules have seen them: in the transaction of what they do. Raises claims.LostError."""
    claims.finish(changes, lambda rows: rows.update(reacted=True, lease_until=None))
