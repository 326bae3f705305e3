"""Search of what is published, with the topics and formats that the found pieces have."""

import re
from collections import Counter
from dataclasses import dataclass

from cms import ranking
from cms.library import NEWEST_FIRST, cards, published
from cms.models import AssetPage, Topic
from cms.models.pages import Format

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
    kinds, topics_of = _tags_of(found)
    found = [pk for pk in found if pk in kinds]  # but what was removed this very moment
    in_format = [pk for pk in found if not format or kinds[pk] == format]
    in_topic = [pk for pk in found if not topic or topic in topics_of[pk]]
    chosen = set(in_topic)
    both = [pk for pk in in_format if pk in chosen]
    return Found(
        pieces=_pieces(both[:limit]),
        total=len(both),
        topics=_topic_facets(in_format, topics_of, topic),
        formats=_format_facets([kinds[pk] for pk in in_topic], format),
        is_cut=len(found) == MOST_FOUND,
    )


def told(words: str) -> str:
    """The words of a search as they may be counted: without what could be somebody's address or number. Pure."""
    return " ".join(PERSONAL.sub(" ", words.lower()).split())[:LONGEST_TOLD]


def _ranked(words: str) -> list[int]:
    """Primary keys, best first."""
    words = words[:LONGEST_QUERY].strip()
    if not words:
        return list(published().values_list("pk", flat=True)[:MOST_FOUND])
    return ranking.best(published(), words, MOST_FOUND)


def _tags_of(pks: list[int]) -> tuple[dict[int, str], dict[int, dict[str, str]]]:
    """Of each its format, and {slug: name} of its topics: one query for what the facets count."""
    kinds: dict[int, str] = {}
    topics: dict[int, dict[str, str]] = {pk: {} for pk in pks}
    rows = AssetPage.objects.filter(pk__in=pks).order_by()
    for pk, kind, slug, name in rows.values_list(
        "pk", "format", "tagged_topics__tag__slug", "tagged_topics__tag__name"
    ):
        kinds[pk] = kind
        if slug:
            topics[pk][slug] = name
    return kinds, topics


def _topic_facets(pks, topics_of, chosen) -> list[Facet]:
    names = {slug: name for topics in topics_of.values() for slug, name in topics.items()}
    counts = Counter(slug for pk in pks for slug in topics_of[pk])
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
    return [by_pk[pk] for pk in pks if pk in by_pk]
