"""PDFs that imported texts link to become files of the library; the same file only once, whatever it is called."""

import hashlib
import re
from html import unescape
from pathlib import Path

from bs4 import BeautifulSoup
from django.core.files import File

from cms.importers import links
from cms.importers.bodies import Found
from cms.importers.pictures import PDF, Pictures
from cms.models import LibraryDocument


class Files:
    """The PDFs that one text links to: `found` by the address that stands in it, `notices` why others were not."""

    def __init__(self, pictures: Pictures, beside: Path | None, base: str):
        self.pictures, self.beside, self.base = pictures, beside, base
        self.found: dict[str, Path] = {}
        self.refused: dict[str, str] = {}

    def look(self, soup: BeautifulSoup) -> None:
        """Find the files behind the links of a cleaned tree. Links to other hosts than the text's own stay links."""
        for link in soup.find_all("a", href=True):
            address = link["href"]
            if links.split(address).path.lower().endswith(PDF) and address not in self.found:
                self._take(address, self._find(address))

    def _find(self, address: str) -> Found:
        absolute = links.joined(self.base, address)
        own = links.host(self.base) and links.host(absolute) == links.host(self.base)
        return self.pictures.file(address, self.beside, absolute if own else "")

    def _take(self, address: str, found: Found) -> None:
        if found.path is not None:
            self.found[address] = found.path
        elif found.why:
            self.refused[address] = found.why


def linked(html: str, ids: dict[str, int]) -> str:
    """Stored rich text whose links to these addresses lead to documents of the library ({address: its id})."""

    def replace(match: re.Match) -> str:
        document = ids.get(unescape(match[1]))
        return f'<a id="{document}" linktype="document">' if document else match[0]

    return links.LINK.sub(replace, html)


def in_library(path: Path, user=None) -> tuple[LibraryDocument, bool]:
    """The library's document of that file, and whether it is new. With size and hash, from which its ETag is made."""
    content = path.read_bytes()
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if known := LibraryDocument.objects.filter(file_hash=digest).first():
        return known, False
    name = path.name.rpartition("~")[2]
    with path.open("rb") as stream:
        document = LibraryDocument(title=Path(name).stem[:255], file=File(stream, name=name), uploaded_by_user=user)
        document.file_size, document.file_hash = len(content), digest
        document.save()
    return document, True
