"""HTML that others wrote to the blocks of a piece's body.

It is cleaned by nh3 (no script, no style, only safe addresses), and cut into blocks: running text in the editor's own
features, quotes, tables, code, pictures. Every kind of source comes through here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

import nh3
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from wagtail.rich_text import RichText

from cms import players
from cms.importers.liquid import FENCE
from cms.importers.notices import Notice
from cms.importers.richtext import INLINE, plain, quote, rich, table

CONTAINERS = {"div", "section", "article", "aside", "figure", "figcaption", "dl", "dt", "dd", "center", "details"}
BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "hr", "pre", "blockquote", "table"}
EMBEDS = {"iframe", "video", "audio"}
ALLOWED = {*CONTAINERS, *BLOCKS, *EMBEDS, *INLINE, "li", "img", "thead", "tbody", "tr", "th", "td", "caption"}
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, **{name: {"src", "title"} for name in EMBEDS}}
SCHEMES = {"http", "https", "mailto", "tel"}
MAX_DEPTH = 100
DROPPED = {"script", "style", "svg", "form", "object"}
DROPPED_TAG = re.compile(rf"<({'|'.join(sorted(DROPPED))})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """What came of looking for a picture: the file, checked to be one; else, where there is more to say, why not."""

    path: Path | None = None
    why: str = ""


@dataclass(frozen=True)
class Picture:
    """The value of an image block before it is in the library: the file, and what it shows in words."""

    path: Path
    alt: str


class TooDeepError(Exception):
    """More than MAX_DEPTH elements stand inside each other: nobody wrote that, and reading it could take hours."""


PictureFinder = Callable[[str], Found]
Blocks = list[tuple[str, object]]


def html_blocks(
    html: str,
    notices: list[Notice],
    *,
    text: str = "",
    picture: PictureFinder | None = None,
    links: Callable[[BeautifulSoup], None] | None = None,
) -> Blocks:
    """`html` as [(block type, value), …] of `cms.blocks.BodyBlock`; the value of an image is a Picture.

    `picture` finds the file of an address; without it, or when it finds none, the alternative text is kept as text.
    `links` may change the links of the cleaned tree. What could not be taken over as it was is appended to `notices`,
    with lines counted in `text`, from which `html` was made. Raises TooDeepError.
    """
    _tell_dropped(text or html, notices)
    clean = nh3.clean(
        html,
        tags=ALLOWED,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        clean_content_tags=DROPPED,
        link_rel=None,
    )
    soup = BeautifulSoup(clean, "html.parser")
    _check_depth(soup)
    if links:
        links(soup)
    reader = _Reader(text or html, picture, notices)
    reader.walk(soup)
    reader.flush()
    return reader.blocks


def _check_depth(soup: BeautifulSoup) -> None:
    level: list[Tag] = [soup]
    for _depth in range(MAX_DEPTH + 1):
        level = [child for node in level for child in node.children if isinstance(child, Tag)]
        if not level:
            return
    raise TooDeepError


def _tell_dropped(text: str, notices: list[Notice]) -> None:
    """Scripts and their like outside code are left out; say which and where."""
    prose = FENCE.sub(lambda match: "\n" * match.group().count("\n"), text)
    for match in DROPPED_TAG.finditer(prose):
        line = prose.count("\n", 0, match.start()) + 1
        notices.append(Notice(line, f"<{match[1].lower()}> was left out", "Use a block of the editor, or a link."))


class _Reader:
    """Walks the cleaned tree from top to bottom and collects blocks."""

    def __init__(self, text: str, picture: PictureFinder | None, notices: list[Notice]):
        self.text, self.picture, self.notices = text, picture, notices
        self.blocks: Blocks = []
        self.running: list[str] = []

    def walk(self, parent: Tag) -> None:
        """Every child in order: blocks as they are, loose text and inline marks as paragraphs."""
        loose: list = []
        for node in list(parent.children):
            if isinstance(node, NavigableString) or node.name in INLINE:
                loose.append(node)
                continue
            self.paragraph(loose, parent.name)
            loose = []
            self.take(node)
        self.paragraph(loose, parent.name)

    def paragraph(self, nodes: list, parent_name: str) -> None:
        """Loose nodes of a container become one paragraph; a definition's term becomes bold."""
        words = "".join(plain(node) if isinstance(node, Tag) else str(node) for node in nodes).strip()
        if not words and not any(isinstance(node, Tag) and node.find("img") for node in nodes):
            return
        holder = inner = Tag(name="p")
        if parent_name == "dt":
            inner = Tag(name="b")
            holder.append(inner)
        for node in nodes:
            inner.append(node.extract())
        self.take(holder)

    def take(self, node: Tag) -> None:
        """One block-level element."""
        if node.name in CONTAINERS:
            self.walk(node)
        elif node.name == "blockquote":
            self.add("quote", quote(node))
        elif node.name == "table":
            self.add("table", table(node))
        elif node.name == "pre":
            self.add("code", node.get_text().rstrip("\n"))
        elif node.name == "img":
            self.image(node)
        elif node.name in EMBEDS:
            self.embed(node)
        else:
            self.prose(node)

    def prose(self, node: Tag) -> None:
        """A paragraph, heading or list; pictures and players in it follow it as blocks of their own."""
        inside = [found.extract() for found in node.find_all(["img", *EMBEDS])]
        if node.name == "hr" or plain(node).strip():
            self.running.append(rich(node))
        for found in inside:
            self.take(found)

    def image(self, node: Tag) -> None:
        """The library's picture if there is one; else what it showed, in words."""
        source, alt = node.get("src", ""), " ".join(node.get("alt", "").split())
        found = self.picture(source) if self.picture and source else Found()
        if found.path is not None:
            self.add("image", Picture(found.path, alt))
            return
        if alt:
            self.running.append(f"<p><i>{escape(f'[Picture: {alt}]')}</i></p>")
        why = f"Picture not taken over: {source or 'without address'}"
        self.tell(source, f"{why} ({found.why})" if found.why else why, "Upload it and add a picture block.")

    def embed(self, node: Tag) -> None:
        """A player that we know becomes a block that loads on a click, others a link: our pages call no other host."""
        source = node.get("src", "")
        if source.startswith("//"):
            source = f"https:{source}"
        if player := players.find(source):
            self.add(player.kind, {"title": node.get("title") or player.name, "address": source})
            return
        if source:
            self.running.append(f'<p><a href="{escape(source)}">{escape(node.get("title") or source)}</a></p>')
        self.tell(node.get("src", ""), f"<{node.name}> became a link: {source}", "Nothing, if a link is enough.")

    def tell(self, needle: str, why: str, mend: str) -> None:
        at = self.text.find(needle) if needle else -1
        self.notices.append(Notice(self.text.count("\n", 0, at) + 1 if at >= 0 else 0, why, mend))

    def add(self, kind: str, value: object) -> None:
        self.flush()
        self.blocks.append((kind, value))

    def flush(self) -> None:
        if self.running:
            self.blocks.append(("text", RichText("".join(self.running))))
            self.running = []
