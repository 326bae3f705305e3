"""Search of what is published, with the topics and formats that the found pieces have, and for whom they are."""

import re
from collections import Counter
from dataclasses import dataclass

from cms import ranking
from cms.library import NEWEST_FIRST, cards, published
from cms.models import AssetPage, Persona, Topic
from cms.models.pages import Format

LONGEST_QUERY = 200
LONGEST_TOLD = 80
# What could be somebody's: an address, or a number as long as a telephone's.
PERSONAL = re.compile(r"\S*@\S*|\+?\d[\d\s/().-]{5,}\d")
FACETS = ("topic", "format", "role")
NAMED = {"topic": Topic, "role": Persona}
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
    roles: list[Facet]
    is_cut: bool  # more were found than are looked at


class Tags:
    """What the found pieces are tagged with: of each facet {piece: its keys}, and what each key is called."""

    def __init__(self, pks: list[int]):
        self.of = {name: {pk: set() for pk in pks} for name in FACETS}
        self.names: dict[str, dict[str, str]] = {name: {} for name in FACETS}
        self.names["format"] = {kind.value: str(kind.label) for kind in Format}

    def put(self, name: str, pk: int, key: str | None, label: str = "") -> None:
        """This piece has that."""
        if key:
            self.of[name][pk].add(key)
            self.names[name].setdefault(key, label)

    def has(self, name: str, pk: int, key: str) -> bool:
        """Does it? Every piece has what was not chosen."""
        return not key or key in self.of[name][pk]


def find(words: str, *, topic: str = "", format: str = "", role: str = "", limit: int = 20) -> Found:
    """The public pieces with `words` (all when empty, newest first), narrowed by a topic's slug, a format's key and the
    slug of a persona, whom a piece for everybody is for as well.

    At most MOST_FOUND are looked at. A facet counts what choosing it would leave, given the others.
    """
    found, tags = _listed(words[:LONGEST_QUERY].strip())
    chosen = {"topic": topic, "format": format, "role": role}
    every = [pk for pk in found if all(tags.has(name, pk, key) for name, key in chosen.items())]
    facets = {}
    for name, key in chosen.items():
        others = [(other, wanted) for other, wanted in chosen.items() if other != name]
        left = [pk for pk in found if all(tags.has(other, pk, wanted) for other, wanted in others)]
        facets[name] = _facets(tags, name, left, key)
    return Found(
        pieces=_pieces(every[:limit]),
        total=len(every),
        topics=facets["topic"],
        formats=facets["format"],
        roles=facets["role"],
        is_cut=len(found) == MOST_FOUND,
    )


def told(words: str) -> str:
    """The words of a search as they may be counted: without what could be somebody's address or number. Pure."""
    return " ".join(PERSONAL.sub(" ", words.lower()).split())[:LONGEST_TOLD]


def _listed(words: str) -> tuple[list[int], Tags]:
    """The keys of what the site lists, best first, and what the facets count of it.

    Which of the hits those are is read with their tags; to look at every hit is seldom needed (cms/ranking.py).
    """
    if words:
        first = ranking.with_spare(words, MOST_FOUND)
    else:
        first = list(published().values_list("pk", flat=True)[:MOST_FOUND])
    tags = _tags_of(first)
    found = [pk for pk in first if tags.of["format"][pk]][:MOST_FOUND]
    if words and not ranking.is_enough(found, first, MOST_FOUND):
        found = ranking.among(published(), words, MOST_FOUND)
        tags = _tags_of(found)
    return found, tags


def _tags_of(pks: list[int]) -> Tags:
    """What the facets count, of those that the site lists. Two queries."""
    tags, everybodys = Tags(pks), []
    rows = published().filter(pk__in=pks).order_by()
    topic = ("tagged_topics__tag__slug", "tagged_topics__tag__name")
    for pk, kind, is_for_all, slug, name in rows.values_list("pk", "format", "for_all_personas", *topic):
        tags.put("format", pk, kind)
        tags.put("topic", pk, slug, name)
        if is_for_all:
            everybodys.append(pk)
    listed = [pk for pk in pks if tags.of["format"][pk]]
    for_whom = AssetPage.personas.through.objects.filter(assetpage__in=listed)
    for pk, slug, name in for_whom.values_list("assetpage_id", "persona__slug", "persona__name"):
        tags.put("role", pk, slug, name)
    for pk in everybodys:
        tags.of["role"][pk] |= tags.names["role"].keys()
    return tags


def _facets(tags: Tags, name: str, pks: list[int], chosen: str) -> list[Facet]:
    """What the pieces that are left have, most first; what was chosen among it, whether one has it or not."""
    counts = Counter(key for pk in pks for key in tags.of[name][pk])
    names = tags.names[name]
    if chosen and chosen not in names and name in NAMED:
        names |= dict(NAMED[name].objects.filter(slug=chosen).values_list("slug", "name"))
    facets = [Facet(key, label, counts[key], key == chosen) for key, label in names.items()]
    return sorted((f for f in facets if f.count or f.chosen), key=lambda f: (-f.count, f.label))


def _pieces(pks) -> list[AssetPage]:
    by_pk = cards(AssetPage.objects.filter(pk__in=pks)).order_by(*NEWEST_FIRST).in_bulk()
    return [by_pk[pk] for pk in pks if pk in by_pk]
