"""What is there already, or planned, that a new piece would repeat."""

import re
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q

from cms.models import AssetPage
from editorial.models import Entry

SHOWN, LOOKED_AT, WORDS = 5, 200, 8
STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "about after again against because before being between could does doing during every from have here into more "
        "most much must only other over same should some such than that their them then there these they this those "
        "through under until very want what when where which while will with without would your yours",
    )
)


@dataclass(frozen=True)
class Match:
    """A piece or an entry and how alike it is: two points a shared title word, one each for stage and topic."""

    found: AssetPage | Entry
    points: int


def words(title: str) -> list[str]:
    """The telling words of a title, lower case, at most eight, in their order."""
    seen = dict.fromkeys(word for word in re.findall(r"[^\W\d_]{4,}|\d{4}", title.lower()) if word not in STOP_WORDS)
    return list(seen)[:WORDS]


def pieces(title: str, stage=None, topics=()) -> list[Match]:
    """At most five pages most like it. Empty while the title says nothing: a shared stage alone is not likeness."""
    queryset = AssetPage.objects.select_related("primary_stage").defer("body").order_by("-pk")
    return _best(queryset, title, topics, lambda page: page.primary_stage_id == getattr(stage, "pk", 0))


def entries(title: str, stage=None, topics=(), exclude_id: int | None = None) -> list[Match]:
    """At most five open plans most like it, without the one with `exclude_id`."""
    queryset = (
        Entry.objects.filter(page=None)
        .exclude(step=Entry.Step.DROPPED)
        .exclude(pk=exclude_id)
        .select_related("stage")
        .order_by("-pk")
    )
    return _best(queryset, title, topics, lambda entry: entry.stage_id == getattr(stage, "pk", 0))


def _best(queryset, title, topics, shares_stage) -> list[Match]:
    telling = words(title)
    if not telling:
        return []
    asked = {topic.pk for topic in topics}
    any_word = reduce(or_, (Q(title__icontains=word) for word in telling))
    found = queryset.filter(any_word).prefetch_related("topics")[:LOOKED_AT]
    matches = [Match(one, _points(one, telling, asked, shares_stage)) for one in found]
    return sorted(matches, key=lambda match: -match.points)[:SHOWN]


def _points(one, telling, asked, shares_stage) -> int:
    title = one.title.lower()
    shared = sum(2 for word in telling if word in title)
    return shared + bool(shares_stage(one)) + len(asked & {topic.pk for topic in one.topics.all()})
