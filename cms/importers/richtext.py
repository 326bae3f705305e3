"""Pieces of cleaned HTML in the shapes the editor's blocks hold: running text, a quotation, a table."""

import re

from bs4.element import NavigableString, Tag

INLINE = {"a", "b", "strong", "i", "em", "code", "br"}
NAMES = {"strong": "b", "em": "i", "h1": "h2", "h5": "h4", "h6": "h4"}
KEPT = {*INLINE, *NAMES, "h2", "h3", "h4", "p", "ul", "ol", "li", "hr"}
# Somebody's name after a dash: on a line of its own, or behind the closing quotation mark.
SIGNED = re.compile(
    r"^(?P<text>.*?)(?:^|(?<=[\"”’»]) ?)\s*[—–-]{1,2}\s*(?P<name>[^\n]{2,80})\Z", re.DOTALL | re.MULTILINE
)


def rich(node: Tag) -> str:
    """A paragraph, heading or list as the editor stores it: its own tag names, nothing else inside."""
    for item in node.find_all("li"):
        _flatten(item)
    for inner in [node, *node.find_all(True)]:
        if inner.name not in KEPT or (inner.name == "a" and not (inner.get("href") or inner.get("linktype"))):
            inner.unwrap()
            continue
        inner.name = NAMES.get(inner.name, inner.name)
    for link in node.find_all("a"):
        if not link.get_text().strip():
            link.decompose()
    _tighten(node)
    return node.decode()


def _tighten(node: Tag) -> None:
    """No space between list items nor at their edges: it would show in the editor as an empty line."""
    for text in node.find_all(string=True):
        parent = text.parent.name
        if parent in ("ul", "ol") and not text.strip():
            text.extract()
        elif parent == "li":
            start, end = text.previous_sibling, text.next_sibling
            kept = text.lstrip() if start is None or start.name in ("br", "ul", "ol") else str(text)
            kept = kept.rstrip() if end is None or end.name in ("br", "ul", "ol") else kept
            text.replace_with(kept) if kept else text.extract()


def _flatten(item: Tag) -> None:
    """A list item holds one run of text: its paragraphs and code lines are joined by line breaks."""
    for pre in item.find_all("pre"):
        lines = pre.get_text().rstrip("\n").split("\n")
        pre.clear()
        for number, line in enumerate(lines):
            if number:
                pre.append(Tag(name="br", can_be_empty_element=True))
            code = Tag(name="code")
            code.append(line)
            pre.append(code)
        _end_with_break(pre)
    for block in item.find_all(["p", "blockquote", "div", "table", "h1", "h2", "h3", "h4", "h5", "h6"]):
        _end_with_break(block)


def _end_with_break(block: Tag) -> None:
    """Unwrap `block`; a line break stands where it met the text before it."""
    before = block.find_previous_sibling()
    first = not any(str(sibling).strip() for sibling in block.previous_siblings)
    if not first and (before is None or before.name != "br"):
        block.insert_before(Tag(name="br", can_be_empty_element=True))
    block.unwrap()


def plain(node: Tag) -> str:
    """The text of an element: line breaks kept, addresses of links behind their words."""
    around = node if node.name == "a" else node.find_parent("a")
    links = [link for link in (around, *node.find_all("a")) if link is not None and link.get("href")]
    ends = {id(texts[-1]): link for link in links if (texts := list(link.strings))}
    parts = []
    for inner in node.descendants:
        if isinstance(inner, NavigableString):
            parts.append(re.sub(r"\s+", " ", inner))
            link = ends.get(id(inner))
            if link is not None:
                parts.append("" if link["href"] in link.get_text() else f" ({link['href']})")
        elif inner.name == "br":
            parts.append("\n")
    return re.sub(r" *\n *", "\n", "".join(parts)).strip()


def quote(node: Tag) -> dict:
    """A quotation as {"text", "name"}: paragraphs apart by an empty line, the name where it is signed with a dash."""
    parts, loose = [], []
    for child in node.children:
        if isinstance(child, Tag) and child.name not in INLINE:
            parts += [_joined(loose), *_paragraphs(child)]
            loose = []
        else:
            loose.append(child)
    text = "\n\n".join(part for part in [*parts, _joined(loose)] if part)
    signed = SIGNED.match(text)
    if signed and signed["text"].strip():
        return {"text": signed["text"].strip(), "name": signed["name"].strip()}
    return {"text": text, "name": ""}


def _joined(nodes: list) -> str:
    holder = Tag(name="p")
    for node in nodes:
        holder.append(node.__copy__())
    return plain(holder)


def _paragraphs(node: Tag) -> list[str]:
    if node.name in ("ul", "ol"):
        return [f"• {plain(item)}" for item in node.find_all("li")]
    if node.name == "pre":
        return [node.get_text().rstrip("\n")]
    inner = node.find_all("p") if node.name in ("blockquote", "div") else []
    return [plain(child) for child in inner] or [plain(node)]


def table(node: Tag) -> dict:
    """A table as Wagtail's typed table stores it: every column text, headings from the first row of header cells."""
    rows = [[plain(cell) for cell in row.find_all(["th", "td"])] for row in node.find_all("tr")]
    head = node.find("tr")
    has_head = head is not None and head.find("th") is not None and head.find("td") is None
    width = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (width - len(row)) for row in rows]
    headings = rows.pop(0) if has_head else [""] * width
    caption = node.find("caption")
    return {
        "columns": [{"type": "text", "heading": heading} for heading in headings],
        "rows": [{"values": row} for row in rows],
        "caption": plain(caption) if caption else "",
    }
