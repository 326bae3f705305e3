"""Writes items as pieces: a new one once, a changed one as a new revision, an unchanged one not at all."""

from dataclasses import dataclass, replace
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.signal_handlers import disable_reference_index_auto_update

from cms import clock
from cms.importers import pictures
from cms.importers.items import Item, RefusedError
from cms.importers.markdown import body_blocks
from cms.importers.notices import Notice
from cms.models import AssetPage, Author, HomePage, ImportedItem, Topic

CREATED, UPDATED, UNCHANGED, SKIPPED = "created", "updated", "unchanged", "skipped"


@dataclass
class Writer:
    """Brings the items of one source under the home page. `publish`: new pieces go live at their original date.

    Without `may_publish` all that is written is a draft. `keys`: only items with these keys will come (default: any).
    """

    source: str
    folder: Path
    publish: bool = False
    user: object = None
    may_publish: bool = True
    keys: list[str] | None = None

    def __post_init__(self):
        self.home = HomePage.objects.get()
        self.publish = self.publish and self.may_publish
        self._load()

    def _load(self) -> None:
        """Read what there is already, once for many items."""
        self.slugs = set(self.home.get_children().values_list("slug", flat=True))
        known = ImportedItem.objects.filter(source=self.source).select_related("page")
        known = known if self.keys is None else known.filter(key__in=self.keys)
        self.known = {row.key: row for row in known}
        self.topics = {topic.slug: topic for topic in Topic.objects.all()}
        self.authors = {author.slug: author for author in Author.objects.all()}
        self.new_topics: list[str] = []

    def write(self, item: Item) -> str:
        """CREATED, UPDATED or UNCHANGED; all of the piece or nothing of it. Notices are added to the item.

        Raises RefusedError when the library does not take such a piece.
        """
        try:
            return self._write(item)
        except ValidationError as error:
            self._load()  # topics and authors that were made for it are gone again
            why = _("The library does not take it: %s") % "; ".join(error.messages)
            raise RefusedError(Notice(0, why, _("Mend that in the file."), item.key)) from error
        except RecursionError as error:
            self._load()
            why = _("Its elements stand inside each other too deeply")
            raise RefusedError(Notice(0, why, _("Close the elements of the text."), item.key)) from error

    @transaction.atomic
    def _write(self, item: Item) -> str:
        known = self.known.get(item.key)
        if known and known.content_hash == item.content_hash:
            return UNCHANGED
        if known:
            self._update(known, item)
            return UPDATED
        self._create(item)
        return CREATED

    def _create(self, item: Item) -> None:
        page = AssetPage(slug=self._free_slug(item), live=False, owner=self.user)
        if item.published_at:
            page.first_published_at = item.published_at
        elif self.publish:
            item.tell("No date: published as of now", "Write  date: 2024-03-31  in the front matter.", 1)
        self._fill(page, item)
        with disable_reference_index_auto_update():  # the last save does it, once
            self.home.add_child(instance=page)
        revision = page.save_revision(user=self.user)
        if self.publish:
            revision.publish(user=self.user, skip_permission_checks=True)
        row = ImportedItem.objects.create(
            source=self.source,
            key=item.key,
            page=page,
            content_hash=item.content_hash,
            imported_at=clock.now(),
        )
        self.known[item.key] = row

    def _update(self, known: ImportedItem, item: Item) -> None:
        """A new revision over the newest one. Live is changed only where nobody has begun to work on the piece."""
        untouched = known.page.live and not known.page.has_unpublished_changes
        goes_live = untouched and self.may_publish
        page = known.page.get_latest_revision_as_object()
        self._fill(page, item)
        revision = page.save_revision(user=self.user)
        if goes_live:
            revision.publish(user=self.user, skip_permission_checks=True)
        elif untouched:
            item.tell("You may not publish: saved as a draft of the live piece", "Ask somebody who may to publish it.")
        elif known.page.live:
            item.tell("The piece has unpublished changes: saved as a draft over them", "Compare the versions, publish.")
        known.content_hash, known.imported_at = item.content_hash, clock.now()
        known.save(update_fields=["content_hash", "imported_at"])

    def _fill(self, page: AssetPage, item: Item) -> None:
        page.title = page.draft_title = item.title
        page.summary = item.summary
        notices: list = []
        beside = (self.folder / item.key).parent
        page.body = body_blocks(item.text, picture=self._finder(beside), notices=notices)
        item.notices += [
            replace(notice, file=item.key, line=notice.line + item.first_line - 1 if notice.line else 0)
            for notice in notices
        ]
        if item.cover:
            page.cover = pictures.find(item.cover, item.title, beside, self.folder, self.user) or page.cover
            if page.cover is None:
                item.tell(f"Picture not taken over: {item.cover}", "Upload it and choose it as the cover.", 1)
        page.author = self._author(item) or page.author
        topics = [topic for topic in map(self._topic, item.topics) if topic]
        page.topics.add(*topics)

    def _finder(self, beside: Path):
        return lambda address, alt: pictures.find(address, alt, beside, self.folder, self.user)

    def _author(self, item: Item) -> Author | None:
        """The first author signs the piece; the others are kept as people and told."""
        found = [author for author in map(self._one_author, item.authors) if author]
        if len(found) > 1:
            others = ", ".join(author.name for author in found[1:])
            item.tell(f"A piece is signed by one author; left out: {others}", "Name them in the text.", 1)
        return found[0] if found else None

    def _one_author(self, word: str) -> Author | None:
        slug = slugify(word)[:120]
        if slug and slug not in self.authors:
            name = word.replace("-", " ").title() if word == slug and "-" in word else word
            self.authors[slug] = Author.objects.create(slug=slug, name=name[:120])
        return self.authors.get(slug)

    def _topic(self, word: str) -> Topic | None:
        """The topic of that name; the list is controlled, so one that the import adds is reported."""
        slug = slugify(word)[:100]
        if slug and slug not in self.topics:
            self.topics[slug] = Topic.objects.create(slug=slug, name=word[:100])
            self.new_topics.append(self.topics[slug].name)
        return self.topics.get(slug)

    def _free_slug(self, item: Item) -> str:
        base = item.slug or "piece"
        slug, number = base, 2
        while slug in self.slugs:
            slug, number = f"{base[:245]}-{number}", number + 1
        self.slugs.add(slug)
        return slug
