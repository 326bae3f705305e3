"""The words of a source (authors, topics, stage, personas, owner) as rows of the library.

Authors and topics that are missing are made, and topics told: that list is controlled. Stages, personas and people are
never made; what has no match is told.
"""

from collections.abc import Callable

from django.db.models import Q
from django.utils.text import slugify

from cms import topics
from cms.importers.items import Item
from cms.models import AssetPage, Author, BuyingStage, Persona, Topic, User

ALL_PERSONAS = {"all", "all-personas", "everyone", "everybody"}


class Tags:
    """What the library knows, read once for many items. `made` hears of each topic and author that is new."""

    def __init__(self, made: Callable[[Author | Topic], None] = lambda thing: None):
        self.made = made
        self.people: dict[str, User | None] = {}
        self.told: set[str] = set()  # topics that the report names already
        self.load()

    def load(self) -> None:
        """Read it again: what was made for a piece that was rolled back is gone."""
        by_id = Topic.objects.in_bulk()
        self.topics = {slug: by_id[pk] for slug, pk in topics.slugs().items()}
        self.authors = {author.slug: author for author in Author.objects.all()}
        self.stages = _by_words(BuyingStage.objects.all())
        self.personas = _by_words(Persona.objects.all())

    def look(self, item: Item) -> list[str]:
        """Tell what has no match, in the item's notices; the names of topics that will be new."""
        signing = [word for word in item.authors if slugify(word)]
        if len(signing) > 1:
            others = ", ".join(map(self._author_name, signing[1:]))
            item.tell(f"A piece is signed by one author; left out: {others}", "Name them in the text.", 1)
        for kind, words, known in (("stage", [item.stage], self.stages), ("persona", item.personas, self.personas)):
            for word in words:
                if word and slugify(word) not in known and slugify(word) not in ALL_PERSONAS:
                    names = ", ".join(str(row) for row in dict.fromkeys(known.values())) or "none"
                    item.tell(f"There is no {kind} “{word}”", f"Known: {names}.", item.first_line)
        if item.owner and self.person(item.owner) is None:
            mend = "Give a user name, a mail address or a full name as in Settings › Users."
            item.tell(f"There is nobody “{item.owner}”", mend, item.first_line)
        new = [word for word in item.topics if slugify(word) and slugify(word)[:100] not in self.topics]
        new = [word[:100] for word in new if slugify(word)[:100] not in self.told]
        self.told |= {slugify(word)[:100] for word in new}
        return new

    def put(self, page: AssetPage, item: Item) -> None:
        """Tag the page. Makes authors and topics; what editors added stays."""
        authors = [author for author in map(self._author, item.authors) if author]
        page.author = authors[0] if authors else page.author
        page.topics.add(*[topic for topic in map(self._topic, item.topics) if topic])
        page.primary_stage = self.stages.get(slugify(item.stage)) or page.primary_stage
        if any(slugify(word) in ALL_PERSONAS for word in item.personas):
            page.for_all_personas = True
        page.owner = self.person(item.owner) or page.owner

    def person(self, word: str) -> User | None:
        """Who is meant by a user name, a mail address or a full name, if exactly one is."""
        if word and word not in self.people:
            first, _space, last = word.partition(" ")
            named = Q(username__iexact=word) | Q(email__iexact=word)
            if last:
                named |= Q(first_name__iexact=first, last_name__iexact=last.strip())
            found = list(User.objects.filter(named, is_active=True)[:2])
            self.people[word] = found[0] if len(found) == 1 else None
        return self.people.get(word)

    def put_personas(self, page: AssetPage, item: Item) -> None:
        """Say for whom it is; the page must be stored already."""
        page.personas.add(*[self.personas[slugify(word)] for word in item.personas if slugify(word) in self.personas])

    def _author_name(self, word: str) -> str:
        known = self.authors.get(slugify(word)[:120])
        if known:
            return known.name
        return (word.replace("-", " ").title() if word == slugify(word) and "-" in word else word)[:120]

    def _author(self, word: str) -> Author | None:
        slug = slugify(word)[:120]
        if slug and slug not in self.authors:
            self.authors[slug] = Author.objects.create(slug=slug, name=self._author_name(word))
            self.made(self.authors[slug])
        return self.authors.get(slug)

    def _topic(self, word: str) -> Topic | None:
        slug = slugify(word)[:100]
        if slug and slug not in self.topics:
            self.topics[slug] = Topic.objects.create(slug=slug, name=word[:100])
            self.made(self.topics[slug])
        return self.topics.get(slug)


def _by_words(rows) -> dict:
    """Rows by slug and by name."""
    return {word: row for row in rows for word in (slugify(row.name), row.slug)}
