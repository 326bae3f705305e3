"""Demand that stands beside supply on the coverage map: what readers looked for in vain, and what customers asked for.

A search says nothing about who looked. Where people we know searched, the port `audience` tells how often in vain, by
their stage and persona; all others stand once beside the map, narrowed by the topic that their words name.
A customer's wish is what salespeople say of a piece ("asked by a customer"): it stands where that piece stands.
"""

from collections import Counter, defaultdict
from datetime import timedelta

from django.utils import timezone

from cms import clock
from cms.feedback.models import SalesFeedback
from cms.models import Topic
from editorial.interests import named_in
from tracking import searches

LATELY = timedelta(days=90)
SHOWN = 10

Unmet = list[list]  # [words, how often nothing was found], the most frequent first


def asked_for() -> Counter:
    """{piece: how many salespeople say that a customer asked for it, in 90 days}. One query."""
    since = clock.now() - LATELY
    rows = SalesFeedback.objects.filter(said_at__gt=since).order_by().values_list("asset", "tags")
    return Counter(piece for piece, tags in rows if SalesFeedback.Tag.ASKED_BY_CUSTOMER in tags)


def unmet() -> dict[int, Unmet]:
    """Searches in vain of 90 days, by the topic that they name; 0: all of them. {}: nobody searched. Two queries."""
    today = timezone.localdate(clock.now())
    said = searches.said(today - LATELY, today)
    if not said:
        return {}
    names = dict(Topic.objects.values_list("pk", "name"))
    found: dict[int, Unmet] = defaultdict(list, {0: []})
    for one in sorted(said, key=lambda one: (-one.empty, one.words)):
        for topic in (0, *named_in(one.words, names)) if one.empty else ():
            found[topic].append([one.words, one.empty])
    return {topic: lines[:SHOWN] for topic, lines in found.items()}
