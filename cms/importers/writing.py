"""Writes items as pieces: a new one once, a changed one as a new revision, an unchanged one not at all."""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.contrib.redirects.models import Redirect
from wagtail.rich_text import RichText
from wagtail.signal_handlers import disable_reference_index_auto_update

from cms import clock, versions
from cms.importers import files, links, parts, remarks
from cms.importers.bodies import Picture, TooDeepError
from cms.importers.composing import Composition, compose
from cms.importers.items import Item, RefusedError
from cms.importers.notices import Notice
from cms.importers.pictures import Pictures, in_library
from cms.importers.tagging import Tags
from cms.models import AssetPage, HomePage, ImportBatch, ImportedAddress, ImportedItem
from cms.models.pages import MEDIUM_OF

CREATED, UPDATED, UNCHANGED, SKIPPED = "created", "updated", "unchanged", "skipped"
PLAIN_FIELDS = ("summary", "lives_at", "seo_title", "search_description", "format")


@dataclass(frozen=True)
class Plan:
    """What will become of an item: the outcome, the piece that is known, the parts, the topics that will be new."""

    outcome: str
    known: ImportedItem | None = None
    made: Composition = field(default_factory=Composition)
    new_topics: list[str] = field(default_factory=list)


@dataclass
class Writer:
    """Brings the items of one batch under the home page. `publish`: new pieces go live at their original date.

    Without `may_publish` all that is written is a draft. `fetches`: the pictures of other hosts are asked for.
    """

    batch: ImportBatch
    pictures: Pictures
    publish: bool = False
    may_publish: bool = True
    fetches: bool = False

    def __post_init__(self):
        self.home = HomePage.objects.get()
        self.source, self.user = self.batch.source, self.batch.user
        self.publish = self.publish and self.may_publish
        self.slugs = set(self.home.get_children().values_list("slug", flat=True))
        self.tags = Tags(made=lambda thing: parts.note(self.batch, thing))

    def plan(self, item: Item) -> Plan:
        """What would become of it, with all notices added to the item. Reads only; pictures are fetched here.

        Raises RefusedError when nothing can.
        """
        known = ImportedItem.objects.filter(source=self.source, key=item.key).select_related("page").first()
        if known and known.content_hash == item.content_hash and not (known.awaits_pictures and self.fetches):
            return Plan(UNCHANGED, known)
        if known and (reason := versions.held(known.page)):
            raise RefusedError(Notice(0, *reason, item.key))
        try:
            made = compose(item, self.source, self.pictures)
        except (RecursionError, TooDeepError) as error:
            why = _("Its elements stand inside each other too deeply")
            raise RefusedError(Notice(0, why, _("Close the elements of the text."), item.key)) from error
        self._tell(item, known)
        return Plan(UPDATED if known else CREATED, known, made, self.tags.look(item))

    def write(self, item: Item, plan: Plan) -> str:
        """CREATED, UPDATED or UNCHANGED; all of the piece or nothing of it.

        Raises RefusedError when the library does not take such a piece.
        """
        try:
            with transaction.atomic():
                if plan.outcome == UPDATED:
                    self._update(plan.known, item, plan.made)
                elif plan.outcome == CREATED:
                    self._create(item, plan.made)
            return plan.outcome
        except ValidationError as error:
            self.tags.load()
            why = _("The library does not take it: %s") % "; ".join(error.messages)
            raise RefusedError(Notice(0, why, _("Mend that in the file."), item.key)) from error

    def relink(self, row: ImportedItem, pages: dict[str, int]) -> None:
        """Let links of a piece lead to the pieces known by now, unless somebody changed it since, or has it."""
        if versions.held(row.page):
            return
        row.open_links = "\n".join(address for address in row.open_links.split("\n") if address not in pages)
        if row.revision_id != row.page.latest_revision_id:
            row.save(update_fields=["open_links"])
            return

        def rewrite(page: AssetPage) -> None:
            for block in page.body:
                if block.block_type == "text":
                    block.value = RichText(links.rewrite(block.value.source, pages))

        versions.write(row.page, rewrite, self.user, self.may_publish)
        row.revision_id = _newest(row)
        row.save(update_fields=["open_links", "revision_id"])

    def _tell(self, item: Item, known: ImportedItem | None) -> None:
        if known is None:
            if self.publish and not item.published_at and not item.is_draft:
                item.tell("No date: published as of now", "Give it a date, for example 2024-03-31.", 1)
        elif known.page.live and known.page.has_unpublished_changes:
            item.tell("The piece has unpublished changes: saved as a draft over them", "Compare the versions, publish.")
        elif known.page.live and not self.may_publish:
            item.tell("You may not publish: saved as a draft of the live piece", "Ask somebody who may to publish it.")

    def _create(self, item: Item, made: Composition) -> None:
        page = AssetPage(slug=self._free_slug(item), live=False, owner=self.user)
        if item.published_at:
            page.first_published_at = item.published_at
        page.go_live_at = item.go_live_at
        self._fill(page, item, made)
        with disable_reference_index_auto_update():  # the last save does it, once
            self.home.add_child(instance=page)
        self.tags.put_personas(page, item)
        revision = page.save_revision(user=self.user)
        if self.publish and not item.is_draft:
            revision.publish(user=self.user, skip_permission_checks=True)
        row = ImportedItem(source=self.source, key=item.key, page=page, batch=self.batch)
        self._remember(row, item, made)

    def _update(self, known: ImportedItem, item: Item, made: Composition) -> None:
        """A new revision over the newest one. Live is changed only where nobody has begun to work on the piece."""

        def change(page: AssetPage) -> None:
            self._fill(page, item, made)
            self.tags.put_personas(page, item)

        versions.write(known.page, change, self.user, self.may_publish)
        if owner := self.tags.person(item.owner):  # no version holds it
            AssetPage.objects.filter(pk=known.page_id).update(owner=owner)
        self._remember(known, item, made)

    def _fill(self, page: AssetPage, item: Item, made: Composition) -> None:
        """What the source says replaces what is there; what it does not say stays."""
        page.title = page.draft_title = item.title
        for name in PLAIN_FIELDS:
            setattr(page, name, getattr(item, name) or getattr(page, name))
        page.medium = MEDIUM_OF.get(item.format, page.medium)
        if item.text.strip():
            documents = {address: self._document(path) for address, path in made.files.items()}
            page.body = [(kind, self._value(value, documents)) for kind, value in made.blocks]
        if made.cover:
            page.cover = self._picture(made.cover, item.title)
        self.tags.put(page, item)

    def _picture(self, path, title: str):
        image, is_new = in_library(path, title, self.user)
        if is_new:
            parts.note(self.batch, image)
        return image

    def _document(self, path) -> int:
        document, is_new = files.in_library(path, self.user)
        if is_new:
            parts.note(self.batch, document)
        return document.pk

    def _value(self, value, documents: dict[str, int]):
        if isinstance(value, RichText) and documents:
            return RichText(files.linked(value.source, documents))
        if not isinstance(value, Picture):
            return value
        image = self._picture(value.path, value.alt)
        image.contextual_alt_text, image.decorative = value.alt, not value.alt
        return image

    def _remember(self, row: ImportedItem, item: Item, made: Composition) -> None:
        """Where the piece came from, under which addresses it is found, and the way from its old ones."""
        row.content_hash, row.imported_at = item.content_hash, clock.now()
        row.changed_in, row.revision_id = self.batch, _newest(row)
        row.awaits_pictures, row.open_links = made.awaits_pictures, "\n".join(made.open_links)
        row.save()
        remarks.keep(row.page, item, self.batch)
        addresses = dict.fromkeys(links.normal(address, item.base) for address in item.addresses)
        rows = [ImportedAddress(item=row, source=self.source, address=address) for address in addresses if address]
        ImportedAddress.objects.bulk_create(rows, ignore_conflicts=True)
        for path in item.old_paths:
            old = Redirect.normalise_path(path)
            if 1 < len(old) <= 255 and old != Redirect.normalise_path(row.page.url or "/"):
                Redirect.objects.get_or_create(old_path=old, site=None, defaults={"redirect_page": row.page})

    def _free_slug(self, item: Item) -> str:
        base = item.slug or "piece"
        slug, number = base, 2
        while slug in self.slugs:
            slug, number = f"{base[:245]}-{number}", number + 1
        self.slugs.add(slug)
        return slug


def _newest(row: ImportedItem) -> int:
    """The id of the newest revision of its piece, as it is stored now."""
    return AssetPage.objects.values_list("latest_revision_id", flat=True).get(pk=row.page_id)
