"""Cuts a WordPress export (WXR) into its items, wherever it is broken: each is parsed alone, so one bad item costs one.

Whole files are never parsed: nothing that their head declares has any effect, entities least of all.
"""

import codecs
import html
import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

MAX_ITEM = 20 * 1024 * 1024
TOKEN = re.compile(rb"<!\[CDATA\[|<!--|<item[\s>]|</item\s*>")
PREFIX = re.compile(r"</?([A-Za-z_][\w.-]*):")
ENCODING = re.compile(rb"""<\?xml[^>]*\bencoding=["']([\w.-]+)["']""")
CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
RAW_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML = {"amp", "lt", "gt", "quot", "apos"}
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class UnreadableError(Exception):
    """This item is no XML: why, and the line counted from its first."""

    def __init__(self, why: str, line: int = 0):
        super().__init__(why)
        self.line = line


@dataclass(frozen=True)
class Segment:
    """One item of the file: its bytes, where it begins and ends, the line it begins at; `cut` if it has no end."""

    start: int
    end: int
    line: int
    content: bytes
    cut: bool = False


@contextmanager
def opened(path: Path):
    """The file's bytes, read as they are needed."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield data


def segments(data, start: int = 0, line: int = 1) -> Iterator[Segment]:
    """The items from byte `start` on, which is in line `line`. Tags inside CDATA and comments do not count."""
    position, begun, counted = start, None, start
    while found := TOKEN.search(data, position):
        position = found.end()
        if found.group().startswith(b"<!"):
            end = data.find(b"]]>" if found.group() == b"<![CDATA[" else b"-->", position)
            position = end + 3 if end >= 0 else position
        elif found.group().startswith(b"</"):
            if begun is not None:
                line, counted = line + data[counted:begun].count(b"\n"), begun
                yield Segment(begun, position, line, data[begun:position])
            begun = None
        else:
            if begun is not None:
                line, counted = line + data[counted:begun].count(b"\n"), begun
                yield Segment(begun, found.start(), line, b"", cut=True)
            begun = found.start()
    if begun is not None:
        line += data[counted:begun].count(b"\n")
        yield Segment(begun, len(data), line, b"", cut=True)


def encoding(head: bytes) -> str:
    """The encoding that the file's first line names; UTF-8 where it names none that is known."""
    found = ENCODING.search(head[:200])
    try:
        return codecs.lookup(found[1].decode()).name if found else "utf-8"
    except LookupError:
        return "utf-8"


def decoded(content: bytes, encoding: str) -> tuple[str, str]:
    """(text, what was wrong with its encoding): bytes that do not fit are read as Windows-1252."""
    try:
        return NOT_XML.sub("\ufffd", content.decode(encoding)), ""
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
        return NOT_XML.sub("\ufffd", text), f"Not {encoding.upper()} as the file says: read as Windows-1252"


def parsed(text: str) -> tuple[Element, str]:
    """(the element that `text` is, what had to be mended). Prefixes stand for themselves, whatever they were bound to.

    Raises UnreadableError for what is no XML even with raw & and unknown entities read as what was meant.
    """
    try:
        return _element(text), ""
    except ParseError:
        mended = "".join(part if part.startswith("<![CDATA[") else _mended(part) for part in CDATA.split(text))
    try:
        return _element(mended), "A raw & or an unknown entity was read as text"
    except ParseError as error:
        raise UnreadableError(f"It is not XML: {str(error).split(':')[0]}", error.position[0]) from error


def _element(text: str) -> Element:
    names = sorted({name for name in PREFIX.findall(text) if not name.lower().startswith("xml")})
    bound = " ".join(f'xmlns:{name}="{name}"' for name in names)
    try:
        return fromstring(f"<x {bound}>{text}</x>")[0]
    except DefusedXmlException as error:
        raise UnreadableError(f"It declares what no export needs ({type(error).__name__})") from error


def _mended(part: str) -> str:
    named = NAMED.sub(lambda found: found[0] if found[1] in _XML else html.unescape(found[0]), part)
    return RAW_AMPERSAND.sub("&amp;", named)
