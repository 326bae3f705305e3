"""Reads a folder of Markdown files with front matter: each file is one item, or one row that says why not."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from html import unescape
from pathlib import Path

import frontmatter
import nh3
import yaml
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import slugify
from markdown_it import MarkdownIt

from cms.importers.items import MAX_KEY, Item, RefusedError, fitted
from cms.importers.notices import Notice
from cms.importers.pictures import inside

SUFFIXES = (".md", ".markdown")
MAX_BYTES = 2 * 1024 * 1024
DATED_NAME = re.compile(r"^(?P<date>\d{4}-\d{1,2}-\d{1,2})-(?P<slug>.+)$")
ZONE = re.compile(r" ?([+-]\d{2}):?(\d{2})$")


def files(folder: Path) -> list[Path]:
    """All Markdown files in and under `folder`, by name; hidden ones are left out."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    return sorted(path for path in found if not any(p.startswith(".") for p in path.relative_to(folder).parts))


def read(path: Path, folder: Path) -> Item:
    """The file as an item. Raises RefusedError with file, line, why and how to mend it."""
    key = path.relative_to(folder).as_posix()
    raw = _bytes(path, folder, key)
    text = _decoded(raw, key)
    meta, body = _parted(text, key)
    first_line = text.count("\n", 0, text.find(body)) + 1 if body else 1
    title = meta.get("title")
    if not isinstance(title, str | int | float) or not str(title).strip():
        _refuse(key, "There is no title", 'Write  title: "…"  in the front matter.', _line_of(text, "title"))
    if not body:
        _refuse(key, "There is nothing below the front matter", "Write the text, or take the file away.", first_line)
    named = DATED_NAME.match(path.stem)
    item = Item(
        key=key,
        content_hash=hashlib.sha256(raw).hexdigest(),
        title=str(title).strip(),
        slug=slugify(meta.get("slug") or (named["slug"] if named else path.stem))[:255],
        text=body,
        first_line=first_line,
        published_at=_moment(meta, named, key, text),
        authors=_words(meta.get("authors") or meta.get("author")),
        topics=_words(meta.get("tags") or meta.get("topics")),
        summary=_plain(meta.get("excerpt") or meta.get("summary") or meta.get("description")),
        cover=meta["image"].strip() if isinstance(meta.get("image"), str) else "",
        base=f"/{key}",
    )
    item.old_paths = _words(meta.get("permalink")) + _words(meta.get("redirect_from"))
    item.addresses = [f"/{key}", *item.old_paths, *_dated(item, named)]
    return fitted(item, line=2)


def _dated(item: Item, named) -> list[str]:
    """Where blogs made of such files show a post whose name begins with its date."""
    if not named:
        return []
    path = f"/{named['date'].replace('-', '/')}/{named['slug']}"
    return [path, f"{path}.html"]


def items(folder: Path) -> Iterator[Item | Notice]:
    """Every file of the folder, in order: what was read, or why it was not."""
    for path in files(folder):
        try:
            yield read(path, folder)
        except RefusedError as error:
            yield error.notice


def _refuse(key: str, why: str, mend: str, line: int = 0):
    raise RefusedError(Notice(line, why, mend, key))


def _bytes(path: Path, folder: Path, key: str) -> bytes:
    if len(key) > MAX_KEY:
        _refuse(key, f"The path is longer than {MAX_KEY} characters", "Give it a shorter name.")
    if not inside(path, folder):
        _refuse(key, "The link leads out of the folder", "Copy the file into the folder.")
    try:
        if not path.is_file():
            _refuse(key, "Not a file", "Take it away, or mend the link.")
        if path.stat().st_size > MAX_BYTES:
            _refuse(key, f"Larger than {MAX_BYTES // 1024 // 1024} MB", "Split it, or take pictures out of the text.")
        return path.read_bytes()
    except OSError as error:
        return _refuse(key, f"Cannot be read: {error.strerror}", "Check the file's permissions.")


def _decoded(raw: bytes, key: str) -> str:
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return _refuse(key, f"Not UTF-8 (byte {error.start})", "Save the file as UTF-8.", line)


def _parted(text: str, key: str) -> tuple[dict, str]:
    """Front matter and body. Without front matter there is no title, which is told as such."""
    try:
        meta, body = frontmatter.parse(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = f"The front matter is not YAML: {getattr(error, 'problem', None) or error}"
        _refuse(key, why, "Put values with a colon or quotes between quotation marks.", mark.line + 1 if mark else 1)
    except (ValueError, OverflowError, RecursionError) as error:  # a date such as 2024-13-40, or 10,000 brackets
        _refuse(key, f"The front matter holds a value that cannot be read: {error}", "Write dates as 2024-03-31.", 1)
    return {name: _flat(value) for name, value in meta.items()}, body


def _flat(value):
    """What is plain in a value, storable: aliases let nested ones grow without end once they are written out."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_flat(one) for one in value if not isinstance(one, list | tuple | dict | set)]
    return None if isinstance(value, tuple | dict | set) else value


def _moment(meta: dict, named, key: str, text: str) -> datetime | None:
    """When it was first published: front matter before file name; None where neither says."""
    value = meta.get("date")
    if value is None and named:
        value = named["date"]
    if value is None or value == "":
        return None
    found = value if isinstance(value, date) else _parsed(str(value).strip())
    if found is None:
        _refuse(key, f"{value!r} is not a date", "Write it as 2024-03-31.", _line_of(text, "date"))
    if not isinstance(found, datetime):
        found = datetime.combine(found, time(12))
    try:
        return found.astimezone(UTC) if found.tzinfo else timezone.make_aware(found)
    except OverflowError:  # an evening of the year 9999 is one of 10000 elsewhere
        return _refuse(key, f"{str(value)!r} is not a date", "Write it as 2024-03-31.", _line_of(text, "date"))


def _parsed(value: str) -> date | None:
    try:
        return parse_date(value) or parse_datetime(ZONE.sub(r"\1:\2", value))
    except ValueError:
        return None


def _line_of(text: str, name: str) -> int:
    found = re.search(rf"^{name}\s*:", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else 1


def _words(value) -> list[str]:
    """A list, or one text with commas, as words without doubles."""
    values = value if isinstance(value, list) else str(value).split(",") if value else []
    words = [str(word).strip() for word in values if isinstance(word, str | int | float)]
    return list(dict.fromkeys(word for word in words if word))


def _plain(value) -> str:
    """A summary without Markdown and HTML, on one line."""
    if not isinstance(value, str):
        return ""
    html = MarkdownIt("commonmark", {"html": True}).render(value.strip())
    return " ".join(unescape(nh3.clean(html, tags=set())).split())
