"""A compiled text cut into what is the same for everybody and what is each recipient's own: values and links.

Cut once a version and kept, so that a recipient costs one join and one signature a link.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from nurture.mail import merge
from nurture.mail.merge import CLOSE, HELD, OPEN, Marker

_ATTRIBUTES = r"(?:[^>\"']|\"[^\"]*\"|'[^']*')"
_HREF = re.compile(rf"<(?:a|area)\b{_ATTRIBUTES}*?\shref\s*=\s*(?P<href>\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_PICTURE = re.compile(rf"(?:<a\b{_ATTRIBUTES}*>\s*)?<img\b{_ATTRIBUTES}*>(?:\s*</a>)?", re.IGNORECASE)
_WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class Link:
    """An address that is replaced by the recipient's own tracked one."""

    parts: tuple[str | Marker, ...]


@dataclass(frozen=True)
class Picture:
    """The piece's cover with the link round it: left out whole when the piece has none."""

    parts: "tuple[str | Marker | Link, ...]"


Segment = str | Marker | Link | Picture
Track = Callable[[str], str]


def join(program: tuple[Segment, ...], values: Mapping[str, str], track: Track, *, escape: bool) -> str:
    """The text for one recipient; `track(destination)` gives the address that stands in a link's place."""
    return "".join([s if isinstance(s, str) else _one(s, values, track, escape) for s in program])


def destinations(program: tuple[Segment, ...], values: Mapping[str, str]) -> set[str]:
    """The different addresses that the links of one recipient's mail lead to."""
    found: set[str] = set()

    def note(destination: str) -> str:
        found.add(destination)
        return destination

    join(program, values, note, escape=False)
    return found


def _one(segment: Marker | Link | Picture, values: Mapping[str, str], track: Track, escape: bool) -> str:
    if isinstance(segment, Marker):
        return merge.value(segment, values, escape=escape)
    if isinstance(segment, Picture):
        return join(segment.parts, values, track, escape=True) if values.get("piece.cover") else ""
    destination = merge.render(segment.parts, values, escape=False)
    if _WEB.match(destination):
        destination = track(destination)
    return html.escape(destination) if escape else destination


@lru_cache(maxsize=256)
def of_html(source: str) -> tuple[Segment, ...]:
    """The program of an HTML part with markers. Links of mailto:, tel: and unsubscribe stay as they are."""
    held, markers = merge.hold(source)
    segments: list[Segment] = []
    at = 0
    for found in _PICTURE.finditer(held):
        if any(markers[int(number)].name == "piece.cover" for number in HELD.findall(found[0])):
            segments += _html_links(held[at : found.start()], markers)
            segments.append(Picture(_html_links(found[0], markers)))
            at = found.end()
    return (*segments, *_html_links(held[at:], markers))


@lru_cache(maxsize=256)
def of_text(source: str) -> tuple[Segment, ...]:
    """The program of a text part with markers: web addresses and the piece's are links."""
    held, markers = merge.hold(source)
    own = "".join(f"|{OPEN}{n}{CLOSE}" for n, marker in enumerate(markers) if marker.name == "piece.url")
    web = re.compile(rf"(?:https?://\S*[^\s.,;:!?)\]>]{own})")
    return _cut(held, markers, [found.span() for found in web.finditer(held)], str)


def _html_links(held: str, markers: list[Marker]) -> tuple[str | Marker | Link, ...]:
    spans = [
        (found.start("href") + 1, found.end("href") - 1)
        for found in _HREF.finditer(held)
        if _is_tracked(found["href"][1:-1], markers)
    ]
    return _cut(held, markers, spans, html.unescape)


def _is_tracked(href: str, markers: list[Marker]) -> bool:
    first = HELD.match(href)
    return bool(_WEB.match(href)) or (bool(first) and markers[int(first[1])].name == "piece.url")


def _cut(held: str, markers: list[Marker], spans: list[tuple[int, int]], read: Callable[[str], str]) -> tuple:
    """The texts and values of `held`, with a Link for each span; `read` gives the address as it is meant."""
    segments: list[str | Marker | Link] = []
    at = 0
    for start, end in spans:
        segments += [*_parts(held[at:start], markers), Link(_parts(read(held[start:end]), markers))]
        at = end
    return (*segments, *_parts(held[at:], markers))


def _parts(held: str, markers: list[Marker]) -> tuple[str | Marker, ...]:
    pieces = HELD.split(held)  # text, number, text, number, …, text
    parts = [markers[int(piece)] if n % 2 else piece for n, piece in enumerate(pieces)]
    return tuple(part for part in parts if part != "")
