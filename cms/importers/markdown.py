"""Markdown to the blocks of a piece's body.

The text is read as CommonMark with tables and raw HTML, cleaned by nh3 (no script, no style, only safe addresses),
and cut into blocks: running text in the editor's own features, quotes, tables, code, pictures.
"""

import re
from collections.abc import Callable
from html import escape

import nh3
from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag
from markdown_it import MarkdownIt
from wagtail.rich_text import RichText

from cms.importers.liquid import FENCE, without_templates
from cms.importers.notices import Notice
from cms.importers.richtext import INLINE, plain, quote, rich, table

CONTAINERS = {"div", "section", "article", "aside", "figure", "figcaption", "dl", "dt", "dd", "center", "details"}
BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "hr", "pre", "blockquote", "table"}
EMBEDS = {"iframe", "video", "audio"}
ALLOWED = {*CONTAINERS, *BLOCKS, *EMBEDS, *INLINE, "li", "img", "thead", "tbody", "tr", "th", "td", "caption"}
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, **{name: {"src", "title"} for name in EMBEDS}}
SCHEMES = {"http", "https", "mailto", "tel"}
DROPPED = {"script", "style", "svg", "form", "object"}
DROPPED_TAG = re.compile(rf"<({'|'.join(sorted(DROPPED))})\b", re.IGNORECASE)

# picture(src, alt) -> a library image, or None when there is no such picture
PictureFinder = Callable[[str, str], object]


def body_blocks(
    text: str, *, picture: PictureFinder | None = None, notices: list[Notice] | None = None
) -> list[tuple[str, object]]:
    """`text` (Markdown) as [(block type, value), …], ready for `page.body = …` (`cms.blocks.BodyBlock`).

    `picture` finds the library image of an address; without it, or when it finds none, the alternative text is kept as
    text. What could not be taken over as it was is appended to `notices`, with lines counted from the start of `text`.
    """
    notices = notices if notices is not None else []
    text = without_templates(text, notices)
    _tell_dropped(text, notices)
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    clean = nh3.clean(
        rendered,
        tags=ALLOWED,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        clean_content_tags=DROPPED,
        link_rel=None,
    )
    reader = _Reader(text, picture, notices)
    reader.walk(BeautifulSoup(clean, "html.parser"))
    reader.flush()
    return reader.blocks


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
        self.blocks: list[tuple[str, object]] = []
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
        image = self.picture(source, alt) if self.picture and source else None
        if image is not None:
            image.contextual_alt_text, image.decorative = alt, not alt
            self.add("image", image)
            return
        if alt:
            self.running.append(f"<p><i>{escape(f'[Picture: {alt}]')}</i></p>")
        self.tell(
            source, f"Picture not taken over: {source or 'without address'}", "Upload it and add a picture block."
        )

    def embed(self, node: Tag) -> None:
        """A player of another host becomes a link to it: our pages call no other host."""
        source = node.get("src", "")
        if source.startswith("//"):
            source = f"https:{source}"
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
