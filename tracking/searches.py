"""What readers looked for on the site: counted by its words, without anything about who looked.

A search page tells its words and how many pieces they found, as an event `site_searched` (pixel.js). What could be
somebody's address or number is left out before the page has it (`cms/search.py`).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Q
from django.db.models.fields.json import KT

from tracking.models import Event
from tracking.models.events import Verdict

MOST, LONGEST = 500, 80


@dataclass(frozen=True)
class Searched:
    """The words, how often they were looked for by people, and how often nothing was found."""

    words: str
    count: int
    empty: int


def said(since: date, until: date, most: int = MOST) -> list[Searched]:
    """What was searched between two days, both included, the most frequent first, at most `most`. One query."""
    begin = datetime.combine(since, time.min, UTC)
    end = datetime.combine(until + timedelta(days=1), time.min, UTC)
    found = Event.objects.filter(kind="site_searched", occurred_at__gte=begin, occurred_at__lt=end)
    found = found.filter(verdict=Verdict.HUMAN).order_by().values(words=KT("properties__words"))
    counted = found.annotate(count=Count("pk"), empty=Count("pk", filter=Q(properties__results=0)))
    rows = counted.order_by("-count", "words").values_list("words", "count", "empty")
    return [Searched(str(words)[:LONGEST], count, empty) for words, count, empty in rows[:most] if words]
