"""What the columns of an inventory mean: named loosely by its head, or by the person who brings it in."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from cms.importers.items import Item
from cms.models.pages import Format

FIELDS = {
    "title": _("Title"),
    "url": _("Address (URL)"),
    "format": _("Format"),
    "stage": _("Buying stage"),
    "personas": _("Personas"),
    "owner": _("Owner"),
    "authors": _("Author"),
    "updated": _("Last updated"),
    "published": _("Published"),
    "summary": _("Summary"),
    "topics": _("Topics"),
    "key": _("Its id"),
}
NAMES = {
    "title": ("title", "name", "asset", "asset name", "asset title", "content title", "headline", "piece"),
    "url": ("url", "link", "address", "web address", "page", "location", "href", "asset url"),
    "format": ("format", "type", "content type", "asset type", "kind", "medium"),
    "stage": ("stage", "buying stage", "buyer stage", "funnel stage", "funnel", "journey stage", "phase"),
    "personas": ("persona", "personas", "audience", "target", "target audience", "for", "role", "buyer persona"),
    "owner": ("owner", "asset owner", "content owner", "responsible", "contact"),
    "authors": ("author", "authors", "writer", "by", "written by"),
    "updated": ("updated", "last updated", "last update", "modified", "last modified", "reviewed", "last reviewed"),
    "published": ("published", "publish date", "published on", "date", "publication date", "created", "live since"),
    "summary": ("summary", "description", "abstract", "teaser", "excerpt", "notes"),
    "topics": ("topic", "topics", "tag", "tags", "theme", "themes", "category", "categories", "keywords"),
    "key": ("id", "asset id", "key", "content id", "nr", "no"),
}  # fmt: skip
FORMATS = {
    "blog": "article", "blog-post": "article", "post": "article", "page": "article", "landing-page": "article",
    "whitepaper": "white_paper", "white-papers": "white_paper", "pdf": "white_paper", "report": "white_paper",
    "ebook": "e_book", "guide": "e_book", "book": "e_book", "case": "case_study", "customer-story": "case_study",
    "success-story": "case_study", "on-demand-webinar": "webinar", "demo-video": "video", "clip": "video",
    "audio": "podcast", "episode": "podcast", "calculator": "tool", "template": "tool", "checklist": "tool",
    "battlecard": "internal_note", "battle-card": "internal_note",
}  # fmt: skip
DATES = ("%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y/%m/%d", "%Y-%m", "%b %Y", "%B %Y")


def recognised(head: Sequence[str], known: dict[str, tuple[str, ...]] = NAMES) -> list[str]:
    """The field of each column, "" where its name says none; the first of two with one meaning has it.

    `known`: the names that each field goes by.
    """
    words = {slugify(name): field for field, names in known.items() for name in names}
    found: list[str] = []
    for name in head:
        slug = re.sub(r"-+", "-", slugify(re.sub(r"[_/]", " ", name)))
        field = words.get(slug) or words.get(slug.removesuffix("s"), "")
        found.append("" if field in found else field)
    return found


def item_of(cells: dict[str, object], number: int) -> Item:
    """A row as an item that points at where the piece lives. `cells`: value by field; `number`: of the row."""
    text = {field: text_of(value) for field, value in cells.items()}
    address = text.get("url", "")
    item = Item(
        key=text.get("key") or address or slugify(text.get("title", "")),
        title=text.get("title", ""),
        first_line=number,
        lives_at=address,
        summary=text.get("summary", ""),
        stage=text.get("stage", ""),
        owner=text.get("owner", ""),
        personas=words_of(text.get("personas", "")),
        topics=words_of(text.get("topics", "")),
        authors=words_of(text.get("authors", "")),
        addresses=[address] if address else [],
        base=address,
    )
    item.format = _format(item, text.get("format", ""))
    item.published_at = _moment(item, cells.get("published")) or _moment(item, cells.get("updated"))
    return item


def text_of(value: object) -> str:
    """A cell in words; an apostrophe that keeps a spreadsheet from reckoning is none of them."""
    if value is None:
        return ""
    words = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    words = " ".join(words.split())
    return words[1:] if re.match(r"'[=+\-@]", words) else words


def words_of(value: str) -> list[str]:
    """What a cell lists, each once."""
    return [word for word in dict.fromkeys(part.strip() for part in re.split(r"[;,|\n]", value)) if word]


def format_of(word: str) -> str:
    """The format that is meant by a word, or ""."""
    slug = slugify(word)
    known = {slugify(label): value for value, label in Format.choices} | {value: value for value in Format.values}
    return known.get(slug) or FORMATS.get(slug) or known.get(slug.removesuffix("s"), "")


def _format(item: Item, word: str) -> str:
    found = format_of(word)
    if word and not found:
        names = ", ".join(str(label) for label in Format.labels)
        item.tell(f"There is no format “{word}”", f"Known: {names}.", item.first_line)
    return found


def _moment(item: Item, value: object) -> datetime | None:
    if value is None or value == "":
        return None
    found = day_of(text_of(value))
    if found is None:
        item.tell(f"“{text_of(value)}” is not a date", "Write it as 2024-03-31.", item.first_line)
        return None
    moment = found if isinstance(found, datetime) else datetime.combine(found, time(12))
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def day_of(value: str) -> date | None:
    """A day that can be meant in one way only: 3/4/2024 cannot."""
    try:
        found = parse_date(value) or parse_datetime(value)
    except ValueError:
        return None
    for pattern in DATES if not found else ():
        try:
            return datetime.strptime(value, pattern).date()
        except ValueError:
            continue
    return found
