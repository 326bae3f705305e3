"""How the ledger is: what waits, for how long, what was dropped and why, how much of it is robots, does its sum hold.

Robots: their share of what people and robots did in the last DAYS days, by the counts of `rollups`.
"""

from datetime import UTC, date, timedelta
from typing import Any

from django.db.models import Sum

from cms import clock
from tracking import accounts, inbox, rollups, spool
from tracking.models import DropCount, StaleDay

DAYS = 30


def now() -> dict[str, Any]:
    """{"inbox", "spool", "lag", "spool_age", "unreadable", "stale", "robot_share"}: cheap enough for a page.

    `lag` is the age in seconds of the oldest draft that waits, 0 for none; `stale` the days to be counted again.
    """
    waiting = inbox.waiting()
    first = waiting.values_list("received_at", flat=True).first()
    return {
        "inbox": waiting.count(),
        "lag": max((clock.now() - first).total_seconds(), 0.0) if first else 0.0,
        "spool": len(spool.waiting()),
        "spool_age": spool.oldest() or 0.0,
        "unreadable": len(spool.unreadable()),
        "stale": StaleDay.objects.count(),
        "robot_share": robot_share(today() - timedelta(days=DAYS - 1), today()),
    }


def today() -> date:
    """The day it is, in UTC."""
    return clock.now().astimezone(UTC).date()


def robot_share(since: date, until: date) -> float | None:
    """Robots' part of what people and robots did, 0 to 1; None when nothing happened. One query."""
    totals = rollups.totals(since, until)
    both = totals["people"] + totals["robots"]
    return round(totals["robots"] / both, 4) if both else None


def whole() -> dict[str, Any]:
    """All of it, with the sum counted from the tables themselves: for a command, not for a page."""
    balance = accounts.balance()
    dropped = dict(DropCount.objects.order_by().values_list("reason").annotate(n=Sum("count")).order_by("reason"))
    return {
        "stored": balance.stored,
        "dropped": dropped,
        **now(),
        "balance": {**balance.as_dict(), "total": balance.total, "holds": balance.holds},
    }
