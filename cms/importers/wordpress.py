"""Kind of source: a WordPress export (WXR). Posts become pieces, pages where asked for; the rest is counted."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from xml.etree.ElementTree import Element

from django.core.files import File
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.importers import exports, kinds, links, remarks
from cms.importers.archives import ArchiveError
from cms.importers.exports import Segment, UnreadableError
from cms.importers.gutenberg import content_html, plain
from cms.importers.items import HTML, Ignored, Item
from cms.importers.notices import Notice

# No pattern looks past the next beginning of its own kind, as in shortcodes.py.
AUTHOR = re.compile(rb"<wp:author>(?:(?!<wp:author>).)*?</wp:author>", re.DOTALL)
GUID = re.compile(rb"<guid[^<>]*>((?:(?!<guid).)*?)</guid>", re.DOTALL)
DRAFTS = {"draft", "pending", "auto-draft", "private", "future"}
NOT_TOPICS = {"uncategorized"}
TAXONOMIES = {None, "category", "post_tag"}


class ExportReader:
    """The items of an export in their order. `at` is [byte, line]. What all items need is read first, and kept."""

    folder = None

    def __init__(self, path: Path, options: dict):
        self.path, self.takes_pages = path, bool(options.get(kinds.PAGES))
        kept = path.parent / "index.json"
        if options.get("uploaded") and kept.exists():
            index = json.loads(kept.read_text())
        else:
            index = _index(path)
            if options.get("uploaded"):
                coming = kept.with_suffix(".coming")
                coming.write_text(json.dumps(index))
                coming.rename(kept)
        self.total, self.encoding = index["total"], index["encoding"]
        self.authors, self.attachments = index["authors"], index["attachments"]
        self.twice = set(index["twice"])

    def entries(self, at: list[int] | None) -> Iterator[tuple[kinds.Entry, list[int]]]:
        with exports.opened(self.path) as data:
            for segment in exports.segments(data, *(at or (0, 1))):
                behind = [segment.end, segment.line + segment.content.count(b"\n")]
                yield self._entry(segment), behind

    def _entry(self, segment: Segment) -> kinds.Entry:
        try:
            element, notices = _element(segment, self.encoding)
        except UnreadableError as error:
            line = segment.line + max(error.line - 1, 0)
            return Notice(line, str(error), _("Mend the file there, or export it again."), self.path.name)
        kind = _text(element, "wp:post_type") or "post"
        if kind not in (("post", "page") if self.takes_pages else ("post",)):
            return Ignored(kind)
        if _text(element, "wp:status") == "trash":
            return Ignored("trash")
        if segment.start in self.twice:
            why = _("Its id stands in the file already: %s") % _key(element)
            return Notice(segment.line, why, _("Take one of the two away."), _text(element, "title"))
        item = self._item(element, segment)
        item.notices += [Notice(segment.line, why, _("Compare it with the original."), item.key) for why in notices]
        return item

    def _item(self, element: Element, segment: Segment) -> Item:
        link, content = _text(element, "link"), _text(element, "content:encoded")
        before = segment.content.find(b"<content:encoded>")
        line = segment.line + segment.content.count(b"\n", 0, max(before, 0))
        meta = _meta(element)
        item = Item(
            key=_key(element),
            title=plain(_text(element, "title")),
            slug=_text(element, "wp:post_name"),
            markup=HTML,
            first_line=line,
            base=link,
            published_at=_published_at(element),
            authors=[self.authors.get(word, word) for word in [_text(element, "dc:creator")] if word],
            topics=_topics(element),
            summary=plain(_text(element, "excerpt:encoded")),
            cover=self.attachments.get(meta.get("_thumbnail_id", ""), ""),
            seo_title=_seo(meta.get("_yoast_wpseo_title", "")),
            search_description=_seo(meta.get("_yoast_wpseo_metadesc", "")),
        )
        notices: list[Notice] = []
        item.text = content_html(content, self.attachments, notices)
        item.notices = [Notice(line + max(n.line - 1, 0), n.why, n.mend, item.key) for n in notices]
        guid = _text(element, "guid")
        item.addresses = [address for address in (link, guid) if address]
        item.old_paths = links.own_path(link)
        item.comments = remarks.read(element, item)
        _put_status(item, element)
        return item


def _put_status(item: Item, element: Element) -> None:
    """What was not public stays a draft, whatever is ticked."""
    status = _text(element, "wp:status")
    item.is_draft = status in DRAFTS
    if _text(element, "wp:post_password"):
        item.is_draft = True
        item.tell(_("It has a password: kept as a draft"), _("Publish it, if everybody may read it."), item.first_line)
    elif status == "private":
        item.tell(_("It is private: kept as a draft"), _("Publish it, if everybody may read it."), item.first_line)
    elif status == "future":
        item.go_live_at, item.published_at = item.published_at, None
        why = _("It is planned for %s: kept as a draft with that date") % f"{item.go_live_at:%Y-%m-%d %H:%M}"
        item.tell(why, _("Publish it: then it goes live at that time."), item.first_line)


def _element(segment: Segment, encoding: str) -> tuple[Element, list[str]]:
    if segment.cut:
        raise UnreadableError(_("It has no end: the file was cut off, or a tag is missing"))
    if len(segment.content) > exports.MAX_ITEM:
        raise UnreadableError(_("It is larger than %s MB") % (exports.MAX_ITEM // 1024 // 1024))
    text, odd = exports.decoded(segment.content, encoding)
    element, mended = exports.parsed(text)
    return element, [why for why in (odd, mended) if why]


def _text(element: Element, name: str) -> str:
    prefix, _colon, local = name.rpartition(":")
    found = element.find(f"{{{prefix}}}{local}" if prefix else local)
    return (found.text or "").strip() if found is not None else ""


def _key(element: Element) -> str:
    return _text(element, "guid") or _text(element, "link") or _text(element, "wp:post_id")


def _meta(element: Element) -> dict[str, str]:
    rows = element.findall("{wp}postmeta")
    return {_text(row, "wp:meta_key"): _text(row, "wp:meta_value") for row in rows}


def _seo(value: str) -> str:
    """Yoast's own words; a pattern such as %%title%% is none."""
    return "" if "%%" in value else plain(value)


def _topics(element: Element) -> list[str]:
    rows = [row for row in element.findall("category") if row.get("domain") in TAXONOMIES]
    words = dict.fromkeys(plain(row.text or "") for row in rows)
    return [word for word in words if word and word.lower() not in NOT_TOPICS]


def _published_at(element: Element) -> datetime | None:
    """GMT before local time before the feed's date. WordPress writes 0000-00-00 for drafts."""
    for name, zone in (("wp:post_date_gmt", UTC), ("wp:post_date", timezone.get_default_timezone())):
        try:
            moment = parse_datetime(_text(element, name))
            if moment:
                return moment.replace(tzinfo=zone).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    try:
        return parsedate_to_datetime(_text(element, "pubDate")).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _index(path: Path) -> dict:
    """How many items there are; authors by login, addresses of files by id; where ids stand a second time."""
    index = {"total": 0, "attachments": {}, "twice": [], "authors": {}}
    seen: set[str] = set()
    with exports.opened(path) as data:
        index["encoding"] = exports.encoding(data[:200])
        first = data.find(b"<item")
        for found in AUTHOR.finditer(data[: first if first >= 0 else 1024 * 1024]):
            _add_author(index["authors"], found.group(), index["encoding"])
        for segment in exports.segments(data):
            index["total"] += 1
            is_file = b"attachment_url" in segment.content
            guid = GUID.search(segment.content)
            if guid and guid[1] in seen:
                index["twice"].append(segment.start)
            seen |= {guid[1]} if guid else set()
            if is_file:
                _add_file(index["attachments"], segment, index["encoding"])
    return index


def _add_author(authors: dict, content: bytes, encoding: str) -> None:
    try:
        element, _mended = exports.parsed(exports.decoded(content, encoding)[0])
    except UnreadableError:
        return
    name = plain(_text(element, "wp:author_display_name"))
    if name:
        authors[_text(element, "wp:author_login")] = name


def _add_file(attachments: dict, segment: Segment, encoding: str) -> None:
    try:
        element, _notices = _element(segment, encoding)
    except UnreadableError:
        return
    attachments[_text(element, "wp:post_id")] = _text(element, "wp:attachment_url")


class WordPressKind(kinds.Kind):
    name = "wxr"
    label = gettext_lazy("WordPress export")
    hint = gettext_lazy("The .xml file that WordPress makes under Tools › Export › All content.")
    suffixes = (".xml", ".wxr")
    max_bytes = 200 * 1024 * 1024 - 1
    options = (kinds.PAGES, kinds.PICTURES)

    def check(self, upload: File) -> None:
        upload.seek(0)
        check_head(upload.read(64 * 1024))
        upload.seek(0)

    def reader(self, place: Path, options: dict) -> ExportReader:
        path = kinds.only_file(place)
        with path.open("rb") as stream:
            check_head(stream.read(64 * 1024))
        return ExportReader(path, options)


def check_head(head: bytes) -> None:
    """Raise ArchiveError for a file that does not begin as an export does."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ArchiveError(_("It is written as UTF-16."), _("Save it as UTF-8."))
    if b"<!ENTITY" in head:
        raise ArchiveError(_("It declares entities, which no export needs."), _("Export it from WordPress again."))
    if b"<rss" not in head or (b"wordpress.org/export" not in head and b"<wp:" not in head):
        raise ArchiveError(_("This is no WordPress export."), _("Make one under Tools › Export › All content."))


kinds.register(WordPressKind())
