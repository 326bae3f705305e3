"""How many drafts were dropped, why and when: read from DropCount, which the pipeline keeps by the hour."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum

from tracking import words
from tracking.batch import Reason
from tracking.models import DropCount


def since(at: datetime) -> list[tuple[str, int]]:
    """[(reason in words, how many)] of drafts received since `at`, the most frequent first. One query."""
    found = _of(at).values("reason").annotate(n=Sum("count")).values_list("reason", "n")
    return [(words.said(words.DROPPED, reason), n) for reason, n in sorted(found, key=lambda pair: -pair[1])]


def by(span: str, at: datetime) -> list[dict[str, Any]]:
    """[{"at", "reasons": [(words, how many)], "total"}] since `at`, newest first; `span` is "hour" or "day"."""
    counted: dict[datetime, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for reason, hour, count in _of(at).values_list("reason", "hour", "count"):
        counted[hour if span == "hour" else hour.replace(hour=0)][reason] += count
    return [
        {"at": at, "reasons": _worded(reasons.items()), "total": sum(reasons.values())}
        for at, reasons in sorted(counted.items(), reverse=True)
    ]


def _of(at: datetime) -> QuerySet[DropCount]:
    """By (reason, hour), which is the table's index."""
    return DropCount.objects.filter(reason__in=list(Reason), hour__gte=at.replace(minute=0, second=0, microsecond=0))


def _worded(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(words.said(words.DROPPED, reason), n) for reason, n in sorted(counts, key=lambda pair: -pair[1])]
