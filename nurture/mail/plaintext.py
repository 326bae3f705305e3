"""The text part of a mail, read off its HTML: what a person would copy out of it, links as `text: address`."""

import re
from html.parser import HTMLParser

BLOCKS = {
    "p", "div", "td", "th", "tr", "table", "section", "article", "header", "footer", "blockquote", "ul", "ol", "li",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr",
}  # fmt: skip
APART = {"p", "h1", "h2", "h3", "h4", "ul", "ol", "td", "blockquote"}
UNSEEN = {"head", "style", "script", "title", "template"}
VOID = {"br", "img", "hr", "input", "meta", "link", "wbr", "area", "col", "source"}


def from_html(html: str) -> str:
    """Readable text, one blank line between paragraphs, no trailing spaces, a newline at the end."""
    walk = _Walk()
    walk.feed(html)
    walk.close()
    lines = [re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(walk.out).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


class _Walk(HTMLParser):
    """Collects visible text. `links` holds what has been put out: a picture's link is not repeated as text."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.hidden: list[str] = []
        self.href: str | None = None
        self.label: list[str] = []

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        if self.hidden:
            if tag not in VOID:
                self.hidden.append(tag)
            return
        if tag in UNSEEN or re.search(r"display\s*:\s*none", values.get("style", "")):
            self.hidden.append(tag)
        elif tag == "br":
            self.put("\n")
        elif tag == "a":
            self.href, self.label = values.get("href", ""), []
        elif tag in BLOCKS:
            self.put("\n\n" if tag in APART else "\n")
            if tag == "li":
                self.put("- ")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if self.hidden:
            if tag in self.hidden:
                while self.hidden.pop() != tag:
                    pass
        elif tag == "a" and self.href is not None:
            self.close_link()
        elif tag in BLOCKS:
            self.put("\n\n" if tag in APART else "\n")

    def handle_data(self, data):
        if not self.hidden:
            self.put(re.sub(r"\s+", " ", data))

    def put(self, text):
        (self.out if self.href is None else self.label).append(text)

    def close_link(self):
        """`label: address`; the address alone when it is the label; nothing for a link round a picture."""
        label, href = " ".join("".join(self.label).split()), self.href or ""
        self.href = None
        href = href.removeprefix("mailto:").removeprefix("tel:")
        if label and href and not href.startswith("#"):
            self.out.append(label if label == href else f"{label}: {href}")
        elif label:
            self.out.append(label)
