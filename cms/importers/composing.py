"""An item as the parts of a piece, before anything is written: no row is made here, and no transaction is open."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from bs4 import BeautifulSoup

from cms.importers import markdown
from cms.importers.bodies import Blocks, html_blocks
from cms.importers.files import Files
from cms.importers.items import MARKDOWN, Item
from cms.importers.links import Links
from cms.importers.pictures import Pictures


@dataclass
class Composition:
    """What a piece will be made of; pictures are still files."""

    blocks: Blocks = field(default_factory=list)
    cover: Path | None = None
    files: dict[str, Path] = field(default_factory=dict)  # PDFs, by the address in the text
    open_links: list[str] = field(default_factory=list)
    awaits_pictures: bool = False


def compose(item: Item, source: str, pictures: Pictures) -> Composition:
    """Blocks, cover and links of an item. What could not be taken over is told in its notices."""
    pictures.awaited = False
    beside = (pictures.folder / item.key).parent if pictures.folder else None
    links, files = Links(source, item.base), Files(pictures, beside, item.base)
    made = Composition(blocks=_blocks(item, pictures, beside, (links, files)), files=files.found)
    for address, why in files.refused.items():
        item.tell(f"File not taken over: {address} ({why})", "Upload it under Documents and link it.", item.first_line)
    if item.cover:
        found = pictures.find(item.cover, beside, item.base)
        made.cover = found.path
        if found.path is None:
            why = f"Picture not taken over: {item.cover}"
            item.tell(f"{why} ({found.why})" if found.why else why, "Upload it and choose it as the cover.", 1)
    made.open_links, made.awaits_pictures = links.open, pictures.awaited
    return made


def _blocks(item: Item, pictures: Pictures, beside: Path | None, found: tuple[Links, Files]) -> Blocks:
    notices: list = []
    links, files = found

    def resolve(soup: BeautifulSoup) -> None:
        links.resolve(soup)
        files.look(soup)

    finders = {"picture": lambda address: pictures.find(address, beside, item.base), "links": resolve}
    if item.markup == MARKDOWN:
        blocks = markdown.body_blocks(item.text, notices=notices, **finders)
    else:
        blocks = html_blocks(item.text, notices, **finders)
    item.notices += [
        replace(notice, file=item.key, line=notice.line + item.first_line - 1 if notice.line else 0)
        for notice in notices
    ]
    return blocks
