"""Claims of rows with a lease: a process takes some for a while, and counts the attempt before it works on them.

So a row that kills whoever works on it is found out: what was tried before is tried alone, and given up in the end,
while its neighbours of the first attempt go on. Committed before the work; nobody else gets a row while its lease runs.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from cms import clock

MAX_ATTEMPTS = 3
PAUSE = timedelta(seconds=10)  # times the number of attempts, before the next


class LostError(Exception):
    """The lease ran out and somebody else may have the rows: what this process did with them counts no more."""


def together(rows: Sequence[Any], was_tried: Callable[[Any], Any]) -> list:
    """Of rows in their order, those that may be worked on at once: one that was tried before comes alone."""
    if rows and was_tried(rows[0]):
        return [rows[0]]
    return [row for row in rows if not was_tried(row)]


def take(rows: QuerySet, limit: int, lease: timedelta) -> list:
    """Lease the first of `rows`, at most `limit`, in a transaction of its own; their attempts are counted.

    The rows carry `lease_until`, `attempts`, `dead_at` and `error`. One whose process has ended MAX_ATTEMPTS times is
    given up here.
    """
    while taken := _take(rows.filter(dead_at=None), limit, lease):
        if taken[0].attempts <= MAX_ATTEMPTS:
            return taken
        put_aside(taken[0], taken[0].error or _("The process that worked on it ended, three times."))
    return []


def put_aside(row: Any, error: str) -> None:
    """It failed: keep the reason and try again a little later; after MAX_ATTEMPTS it is dead and waits for a person."""
    is_dead = row.attempts >= MAX_ATTEMPTS
    held([row]).update(
        error=error[:4000],
        dead_at=clock.now() if is_dead else None,
        lease_until=None if is_dead else clock.now() + PAUSE * row.attempts,
    )


def finish(rows: Sequence[Any], end: Callable[[QuerySet], int]) -> None:
    """`end` the rows, in the transaction of what was done for them. Raises LostError when they are not ours (all)."""
    ended = end(held(rows))
    if ended < len(rows):
        raise LostError(f"{len(rows) - ended} of {len(rows)} rows were taken over by another process")


def held(rows: Sequence[Any]) -> QuerySet:
    """Those of the rows taken together that are still this process's: nobody's lease ends at the same microsecond."""
    return type(rows[0])._base_manager.filter(pk__in=[row.pk for row in rows], lease_until=rows[0].lease_until)


def give_back(rows: Sequence[Any]) -> int:
    """It was not the rows' fault (the database was away): as if they had not been taken. How many were still ours."""
    return held(rows).update(lease_until=None, attempts=F("attempts") - 1) if rows else 0


def revive(rows: QuerySet) -> int:
    """Give dead ones of `rows` another three attempts. How many."""
    return rows.filter(dead_at__isnull=False).update(attempts=0, dead_at=None, lease_until=None)


def _take(rows: QuerySet, limit: int, lease: timedelta) -> list:
    now = clock.now()
    with transaction.atomic():
        free = rows.filter(Q(lease_until=None) | Q(lease_until__lt=now))
        if connection.features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True)
        taken = together(list(free[:limit]), lambda row: row.attempts)
        if taken:
            mine = rows.model._base_manager.filter(pk__in=[row.pk for row in taken])
            mine.update(lease_until=now + lease, attempts=F("attempts") + 1)
    for row in taken:
        row.lease_until, row.attempts = now + lease, row.attempts + 1
    return taken
