"""Kind of source: an RSS or Atom feed, as a file or from its address."""

import calendar
import html
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import feedparser
from django.core.files import File
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from feedparser import mixin

from cms.importers import fetching, kinds, links
from cms.importers.archives import ArchiveError
from cms.importers.gutenberg import plain
from cms.importers.items import HTML, MAX_SUMMARY, Item
from cms.importers.notices import Notice

MAX_BYTES = 5 * 1024 * 1024
MAX_ENTITIES = 20
EXCERPT = re.compile(r"(\[…\]|\[\.\.\.\]|…|\.\.\.|read more|continue reading|read on)\W*$", re.IGNORECASE)
EXCERPT_CHARACTERS = 600
EXCERPT_ENDS_WITHIN = 100  # characters: looked for in the whole text, each row of dots would be read once for each dot
# From the beginning of a word only: tried from each of its letters, a word without end would be read once for each.
MAIL = re.compile(r"[(<]?(?<![^\s(<])[^\s(<]+@[^\s)>]+[)>]?")
PLAYERS = {"audio": "podcast", "video": "video"}


LONGEST_AUTHOR = 1000
_find_author = mixin._FeedParserMixin._sync_author_detail


def _find_author_of_few(parser, key: str = "author") -> None:
    """feedparser looks for an address from each letter of what stands for a name: of megabytes, for days."""
    context = parser._get_context()
    if isinstance(context.get(key), str):
        context[key] = context[key][:LONGEST_AUTHOR]
    _find_author(parser, key)


mixin._FeedParserMixin._sync_author_detail = _find_author_of_few


def items(content: bytes) -> list[Item]:
    """Every entry of a feed, in its order, as it was read: nothing was asked of it yet. Raises ArchiveError."""
    if content.count(b"<!ENTITY") > MAX_ENTITIES:
        raise ArchiveError(_("It declares more entities than a feed needs."), _("Ask for the feed without them."))
    feed = feedparser.parse(io.BytesIO(content))
    if not feed.get("version") and not feed.entries:
        reason = str(feed.get("bozo_exception", "")).split("\n")[0][:120]
        why = _("This is no feed.") if not reason else _("This is no feed (%s).") % reason
        raise ArchiveError(why, _("Take the file or the address that feed readers use."))
    return [_item(entry) for entry in feed.entries]


def _item(entry) -> Item:
    content, summary = _html_of(_best(entry.get("content", []))), _html_of(entry.get("summary_detail", {}))
    link, key = entry.get("link", ""), entry.get("id") or entry.get("link", "")
    item = Item(
        key=key,
        title=_words(entry.get("title_detail", {})),
        text=content or summary,
        markup=HTML,
        base=link,
        published_at=_moment(entry),
        authors=_authors(entry),
        topics=list(dict.fromkeys(tag.get("label") or tag.get("term") or "" for tag in entry.get("tags", []))),
        summary=_shortened(plain(summary)),
        addresses=[address for address in (link, key) if address.startswith(("http://", "https://"))],
    )
    item.key = key or f"{item.title}:{item.published_at}"
    item.old_paths = links.own_path(link)
    _put_players(item, entry)
    words = plain(item.text)
    if not item.title and words:
        item.title = Truncator(words).chars(80)
        item.tell(_("It has no title: its first words were taken"), _("Write one."))
    if words and not content and (len(words) < EXCERPT_CHARACTERS or EXCERPT.search(words[-EXCERPT_ENDS_WITHIN:])):
        item.tell(_("The feed brings only an excerpt"), _("Copy the text, or let the piece point at the original."))
    return item


def _best(contents: list) -> dict:
    """Of several forms of a content the one with markup."""
    marked = [one for one in contents if "html" in one.get("type", "")]
    return next(iter(marked or contents), {})


def _html_of(detail: dict) -> str:
    value = detail.get("value", "")
    if detail.get("type") != "text/plain":
        return value
    return "".join(f"<p>{html.escape(part)}</p>" for part in re.split(r"\n\s*\n", value) if part.strip())


def _words(detail: dict) -> str:
    value = detail.get("value", "")
    return " ".join(value.split()) if detail.get("type") == "text/plain" else plain(value)


def _shortened(words: str) -> str:
    return words if len(words) <= MAX_SUMMARY else f"{words[: MAX_SUMMARY - 1].rsplit(' ', 1)[0]}…"


def _authors(entry) -> list[str]:
    """Names; who gives only a mail address stays unnamed."""
    found = [one.get("name", "") for one in entry.get("authors", [])] or [entry.get("author", "")]
    return [name for name in dict.fromkeys(" ".join(MAIL.sub(" ", name).split()) for name in found) if name]


def _moment(entry) -> datetime | None:
    for name in ("published_parsed", "created_parsed", "updated_parsed"):
        try:
            if entry.get(name):
                return datetime.fromtimestamp(calendar.timegm(entry[name]), UTC)
        except (ValueError, OverflowError, OSError):
            continue
    return None


def _put_players(item: Item, entry) -> None:
    """A podcast's sound becomes a link behind its text, and says what kind of piece it is."""
    for file in entry.get("enclosures", []):
        address, kind = file.get("href", ""), file.get("type", "").partition("/")[0]
        if kind in PLAYERS and address.startswith(("http://", "https://")):
            item.format = item.format or PLAYERS[kind]
            item.text += f'<p><a href="{html.escape(address)}">{html.escape(address)}</a></p>'


class FeedReader:
    """The entries of a feed. `at` is the number of entries read. With `points` they only lead to the originals."""

    folder = None

    def __init__(self, path: Path, *, points: bool):
        self.items, self.points, self.name = items(path.read_bytes()), points, path.name
        self.total = len(self.items)

    def entries(self, at: int | None) -> Iterator[tuple[kinds.Entry, int]]:
        seen: set[str] = set()
        for number, item in enumerate(self.items, 1):
            if number > (at or 0):
                yield self._entry(item, item.key in seen), number
            seen.add(item.key)

    def _entry(self, item: Item, is_double: bool) -> kinds.Entry:
        if is_double:
            why = _("Its id stands in the feed already: %s") % item.key
            return Notice(0, why, _("Take one of the two away."), item.title)
        if self.points:
            item.lives_at, item.text, item.old_paths = item.base, "", []
            item.notices = [notice for notice in item.notices if notice.why != _("The feed brings only an excerpt")]
        return item


class FeedKind(kinds.Kind):
    name = "feed"
    label = gettext_lazy("RSS or Atom feed")
    hint = gettext_lazy("What feed readers read: a file, or its address. Most feeds hold the newest pieces only.")
    suffixes = (".xml", ".rss", ".atom", ".rdf")
    max_bytes = MAX_BYTES
    takes_address = True
    options = (kinds.POINT, kinds.PICTURES)

    def check(self, upload: File) -> None:
        upload.seek(0)
        items(upload.read())
        upload.seek(0)

    def fetch(self, address: str, folder: Path) -> None:
        """Store what lies at an address. Raises ArchiveError."""
        try:
            content = fetching.fetch(address, MAX_BYTES).content
        except fetching.FetchError as error:
            why = _("%(address)s was not fetched: %(why)s.") % {"address": address, "why": error}
            raise ArchiveError(why, _("Look whether the address is right, or upload the feed as a file.")) from error
        coming = folder / "coming"
        coming.write_bytes(content)
        coming.rename(folder / "source.xml")

    def reader(self, place: Path, options: dict) -> FeedReader:
        return FeedReader(kinds.only_file(place), points=bool(options.get(kinds.POINT)))


kinds.register(FeedKind())
