"""Search of what is published, with the topics and formats that the found pieces have."""

import re
from collections import Counter
from dataclasses import dataclass

from cms import ranking
from cms.library import NEWEST_FIRST, cards, published
from cms.models import AssetPage, Topic
from cms.models.pages import AssetTopic, Format

LONGEST_QUERY = 200
LONGEST_TOLD = 80
# What could be somebody's: an address, or a number as long as a telephone's.
PERSONAL = re.compile(r"\S*@\S*|\+?\d[\d\s/().-]{5,}\d")
MOST_FOUND = 200  # nobody reads further; a narrower question finds the rest


@dataclass(frozen=True)
class Facet:
    """One way to narrow: what it is called in the address, on the page, how many pieces remain, and is it chosen."""

    key: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Found:
    """The pieces asked for, best first; how many there are; and the facets of those the words alone find."""

    pieces: list[AssetPage]
    total: int
    topics: list[Facet]
    formats: list[Facet]
    is_cut: bool  # more were found than are looked at


def find(words: str, *, topic: str = "", format: str = "", limit: int = 20) -> Found:
    """The public pieces with `words` (all when empty, newest first), narrowed by a topic's slug and a format's key.

    At most MOST_FOUND are looked at. A facet counts what choosing it would leave, given the other one.
    """
    found = _ranked(words)
    topics_of = _topics_of(found)
    in_format = [pk for pk, kind in found.items() if not format or kind == format]
    in_topic = [pk for pk in found if not topic or topic in topics_of.get(pk, {})]
    both = [pk for pk in in_format if pk in set(in_topic)]
    return Found(
        pieces=_pieces(both[:limit]),
        total=len(both),
        topics=_topic_facets(in_format, topics_of, topic),
        formats=_format_facets([found[pk] for pk in in_topic], format),
        is_cut=len(found) == MOST_FOUND,
    )


def told(words: str) -> str:
    """The words of a search as they may be counted: without what could be somebody's address or number. Pure."""
    return " ".join(PERSONAL.sub(" ", words.lower()).split())[:LONGEST_TOLD]


def _ranked(words: str) -> dict[int, str]:
    """Primary key -> format, best first."""
    words = words[:LONGEST_QUERY].strip()
    if not words:
        return dict(published().values_list("pk", "format")[:MOST_FOUND])
    found = ranking.best(published(), words, MOST_FOUND)
    formats = dict(AssetPage.objects.filter(pk__in=found).values_list("pk", "format"))
    return {pk: formats[pk] for pk in found}


def _topics_of(pks) -> dict[int, dict[str, str]]:
    """Primary key -> {slug: name} of its topics."""
    topics: dict[int, dict[str, str]] = {}
    rows = AssetTopic.objects.filter(content_object__in=list(pks))
    for pk, slug, name in rows.values_list("content_object", "tag__slug", "tag__name"):
        topics.setdefault(pk, {})[slug] = name
    return topics


def _topic_facets(pks, topics_of, chosen) -> list[Facet]:
    names = {slug: name for topics in topics_of.values() for slug, name in topics.items()}
    counts = Counter(slug for pk in pks for slug in topics_of.get(pk, {}))
    if chosen and chosen not in names:
        names |= dict(Topic.objects.filter(slug=chosen).values_list("slug", "name"))
    facets = [Facet(slug, name, counts[slug], slug == chosen) for slug, name in names.items()]
    return sorted((f for f in facets if f.count or f.chosen), key=lambda f: (-f.count, f.label))


def _format_facets(kinds, chosen) -> list[Facet]:
    counts = Counter(kinds)
    facets = [Facet(kind.value, kind.label, counts[kind.value], kind.value == chosen) for kind in Format]
    return sorted((f for f in facets if f.count or f.chosen), key=lambda f: (-f.count, f.label))


def _pieces(pks) -> list[AssetPage]:
    by_pk = cards(AssetPage.objects.filter(pk__in=pks)).order_by(*NEWEST_FIRST).in_bulk()
    return [by_pk[pk] for pk in pks]
