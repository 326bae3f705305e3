"""Markdown to the blocks of a piece's body: CommonMark with tables and raw HTML."""

from markdown_it import MarkdownIt

from cms.importers.bodies import Blocks, html_blocks
from cms.importers.liquid import without_templates
from cms.importers.notices import Notice


def body_blocks(text: str, *, notices: list[Notice] | None = None, **finders) -> Blocks:
    """`text` (Markdown) as [(block type, value), …]; without a `picture` finder ready for `page.body = …`.

    `finders` as `bodies.html_blocks` takes them. What could not be taken over as it was is appended to `notices`, with
    lines counted from the start of `text`.
    """
    notices = notices if notices is not None else []
    text = without_templates(text, notices)
    rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    return html_blocks(rendered, notices, text=text, **finders)
