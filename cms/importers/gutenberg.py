"""A WordPress post's content as plain HTML: block comments read, shortcodes read or kept, paragraphs of old posts made.

The blocks themselves are HTML already; columns, groups, galleries and covers fall flat when it is cleaned.
"""

import html
import re
from collections.abc import Mapping

from cms.importers.notices import Notice
from cms.importers.shortcodes import embedded, without_shortcodes

# No pattern looks past the next beginning of its own kind, as in shortcodes.py.
BLOCK = re.compile(
    r"<!--\s+(?P<end>/)?wp:(?P<name>[a-z][a-z0-9_/-]*)\s+(?:\{(?:(?!<!--).)*?\}\s+)?(?P<alone>/)?-->", re.DOTALL
)
KNOWN = {
    "paragraph", "heading", "list", "list-item", "image", "gallery", "quote", "pullquote", "table", "code", "embed",
    "preformatted", "verse", "columns", "column", "group", "cover", "media-text", "buttons", "button", "separator",
    "spacer", "file", "video", "audio", "details", "freeform", "more", "nextpage", "missing", "footnotes", "math",
}  # fmt: skip
EMBED = re.compile(r'(<div class="wp-block-embed__wrapper">)\s*(https?://[^\s<]+)\s*(</div>)')
VERSE = re.compile(r'<pre class="wp-block-verse[^"]*">((?:(?!<pre\b).)*?)</pre>', re.DOTALL)
CITE = re.compile(r"<cite[^>]*>((?:(?!</?cite).)*)</cite>(?=\s*</blockquote>)", re.DOTALL)
FILE_BUTTON = re.compile(r'<a [^<>]*class="wp-block-file__button[^<>]*>[^<]*</a>')
TOKEN = re.compile(r"(<pre\b(?:(?!<pre\b).)*?</pre>)|(</?[a-zA-Z][^>]*>)", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<[^>]*>")
LINE_END = re.compile(r"(?<![ \t])[ \t]*\r?\n")
LOOSE = {"div", "section", "article", "blockquote", "figure", "ul", "ol", "dl", "table", "tbody", "thead", "tr", "hr"}
TIGHT = {"p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption", "caption", "summary"}


def content_html(content: str, attachments: Mapping[str, str], notices: list[Notice]) -> str:
    """`content:encoded` as HTML. `attachments`: address by id. What was not read is told, with lines of `content`."""
    if "<!-- wp:" in content:
        _tell_blocks(content, notices)
        content = without_shortcodes(BLOCK.sub("", content), attachments, notices)
        content = EMBED.sub(lambda found: found[1] + embedded(html.unescape(found[2])) + found[3], content)
        content = VERSE.sub(lambda found: f"<p>{found[1].replace(chr(10), '<br>')}</p>", FILE_BUTTON.sub("", content))
    else:
        content = paragraphs(without_shortcodes(content, attachments, notices))
    return CITE.sub(r"<p>— \1</p>", content)


def _tell_blocks(content: str, notices: list[Notice]) -> None:
    """Blocks that WordPress fills when the page is shown have nothing to take; of unknown ones the text is taken."""
    told: set[str] = set()
    for found in BLOCK.finditer(content):
        name = found["name"].removeprefix("core/")
        name = "embed" if name.startswith("core-embed/") else name
        if found["end"] or name in KNOWN or name in told:
            continue
        told.add(name)
        line = content.count("\n", 0, found.start()) + 1
        if found["alone"]:
            notices.append(Notice(line, f"The block “{name}” was left out: it holds no text of its own", "Nothing."))
        else:
            mend = "Compare it with the original."
            notices.append(Notice(line, f"The block “{name}” is not known: its text was taken", mend))


def paragraphs(content: str) -> str:
    """Paragraphs where empty lines are, line breaks where lines end, as WordPress shows posts without blocks."""
    parts: list[str] = []
    run: list[str] = []
    tight = 0

    def flush():
        for chunk in re.split(r"\n[ \t\r]*\n\s*", "".join(run)):
            if chunk.strip():
                parts.append("<p>" + LINE_END.sub("<br>", chunk.strip()) + "</p>")
        run.clear()

    for token in _tokens(content):
        name = re.match(r"</?([a-zA-Z0-9]+)", token or "")
        word = name[1].lower() if name else ""
        if not token:
            continue
        if word in LOOSE | TIGHT | {"pre"}:
            if not tight:
                flush()
            parts.append(token)
            if word in TIGHT:
                tight = max(0, tight + (-1 if token.startswith("</") else 1))
        elif tight:
            parts.append(token)
        else:
            run.append(token)
    flush()
    return "".join(parts)


def plain(value: str) -> str:
    """A title or an excerpt without markup, on one line."""
    tags, rest = _closed(value)
    return " ".join(html.unescape(TAG.sub(" ", tags) + rest).split())


def _tokens(content: str) -> list[str]:
    """Tags and preformatted text, and what stands between them."""
    tags, rest = _closed(content)
    found = TOKEN.split(tags)
    found[-1] += rest
    return found


def _closed(content: str) -> tuple[str, str]:
    """What ends with the last end of a tag, and the rest: there each beginning would be looked for to the very end."""
    at = content.rfind(">") + 1
    return content[:at], content[at:]
