"""What every source gives and the writer takes: one piece, with what could not be read told beside it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from django.utils.text import Truncator, slugify

from cms.importers.notices import Notice

MAX_KEY = 255
MAX_TITLE = 255
MAX_SUMMARY = 300
MARKDOWN, HTML = "markdown", "html"


class RefusedError(Exception):
    """This one cannot be taken over; the rest goes on."""

    def __init__(self, notice: Notice):
        super().__init__(notice.why)
        self.notice = notice


@dataclass
class Item:
    """One piece of a source. `key` finds it again in that source; `content_hash` tells whether it changed.

    `text` is Markdown or HTML as `markup` says, and begins at `first_line` of the file; empty leaves the body alone.
    `addresses`: where it was found, as others link to it; those in `old_paths` lead to the piece from now on.
    `comments`: as `remarks.read` gives them.
    `stage`, `personas`, `owner` are the source's own words, for `tagging.Tags` to find.
    """

    key: str
    title: str
    content_hash: str = ""
    slug: str = ""
    text: str = ""
    markup: str = MARKDOWN
    first_line: int = 1
    base: str = ""
    published_at: datetime | None = None
    go_live_at: datetime | None = None
    is_draft: bool = False
    authors: list[str] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    summary: str = ""
    cover: str = ""
    lives_at: str = ""
    seo_title: str = ""
    search_description: str = ""
    format: str = ""
    stage: str = ""
    personas: list[str] = field(default_factory=list)
    owner: str = ""
    addresses: list[str] = field(default_factory=list)
    old_paths: list[str] = field(default_factory=list)
    comments: list[dict] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def tell(self, why: str, mend: str = "", line: int = 0) -> None:
        """Add a row to the report of this piece; `line` counts in the file."""
        self.notices.append(Notice(line, why, mend, self.key))


@dataclass(frozen=True)
class Ignored:
    """Something of the source that is no piece, a menu for example: only counted."""

    what: str


def ready(item: Item) -> Item:
    """The item as the library can hold it, with a slug and a hash. Raises RefusedError when there is no piece in it."""
    item = _without_nul(item)
    line = item.first_line
    if not item.key:
        raise RefusedError(Notice(line, "It has no id and no address", "Give it one, so that it is found again."))
    if not item.title:
        raise RefusedError(Notice(line, "There is no title", "Give it one.", item.key))
    if not item.text.strip() and not item.lives_at:
        raise RefusedError(Notice(line, "There is no text", "Write it, or take it away.", item.key))
    fitted(item)
    item.content_hash = item.content_hash or fingerprint(item)
    if len(item.key) > MAX_KEY:
        item.key = hashlib.sha256(item.key.encode()).hexdigest()
    item.slug = slugify(item.slug or item.title)[:255]
    return item


def fingerprint(item: Item) -> str:
    """Changes when anything changes that is taken over."""
    aside = ("content_hash", "notices", "first_line")
    facts = {name: value for name, value in asdict(item).items() if name not in aside}
    if not item.comments:
        del facts["comments"]  # what was imported before there were any has not changed
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()


def fitted(item: Item, line: int = 0) -> Item:
    """Cut what the page's fields cannot hold, and say so."""
    if len(item.title) > MAX_TITLE:
        item.tell(f"The title is longer than {MAX_TITLE} characters and was cut", "Shorten it.", line)
        item.title = Truncator(item.title).chars(MAX_TITLE)
    if len(item.summary) > MAX_SUMMARY:
        item.tell(f"The summary is longer than {MAX_SUMMARY} characters and was cut", "Shorten it.", line)
        words = item.summary[: MAX_SUMMARY - 1].rsplit(" ", 1)[0]
        item.summary = f"{words.rstrip(' ,;:–—-')}…"
    item.seo_title = item.seo_title[:255]
    return item


def _without_nul(item: Item) -> Item:
    """No database stores it in a text."""
    clean = {}
    for name, value in vars(item).items():
        if isinstance(value, str):
            clean[name] = value.replace("\0", "\ufffd").strip() if name != "text" else value.replace("\0", "\ufffd")
        elif isinstance(value, list) and name not in ("notices", "comments"):
            clean[name] = [word.replace("\0", "\ufffd") for word in value]
    return replace(item, **clean)
