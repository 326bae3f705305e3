"""Pictures of what is imported become pictures of the library; the same file only once.

They lie in the imported folder, or are fetched from where they are if the person asked for that. A file counts as a
picture by what is in it, whatever it is called.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from django.core.files.images import ImageFile
from PIL import Image, UnidentifiedImageError

from cms.importers import links
from cms.importers.bodies import Found
from cms.models import LibraryImage

FORMATS = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "WEBP": ".webp", "AVIF": ".avif"}
SUFFIXES = {".jpeg", *FORMATS.values()}
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
PDF, MAX_FILE_BYTES = ".pdf", 20 * 1024 * 1024
NOT_FETCHED = "it lies on another host"


@dataclass
class Pictures:
    """Finds pictures of one source. `folder`: where they lie beside the texts, if they do."""

    folder: Path | None = None
    awaited: bool = False  # one of another host was not fetched

    def find(self, address: str, beside: Path | None, base: str = "") -> Found:
        """The file behind an address in a text that lies in `beside` of the folder, or was found at `base`."""
        if self.folder and beside and (path := self._local(address, beside)):
            return Found(path)
        absolute = links.joined(base, address)
        if links.split(absolute).scheme not in ("http", "https"):
            return Found()
        return self.remote(absolute)

    def file(self, address: str, beside: Path | None, absolute: str) -> Found:
        """The PDF behind an address in a text: in the folder, or at `absolute` of the source's own host, if given."""
        path = self._in_folder(address, beside) if self.folder and beside else None
        if path and path.suffix.lower() == PDF:
            why = refused_file(path)
            return Found(None, why) if why else Found(path)
        return self.remote_file(absolute) if links.split(absolute).scheme in ("http", "https") else Found()

    def remote(self, address: str) -> Found:
        """One that lies on another host: left where it is."""
        self.awaited = True
        return Found(None, NOT_FETCHED)

    def remote_file(self, address: str) -> Found:
        """A PDF of the source's own host: the link to it stays."""
        self.awaited = True
        return Found()

    def _local(self, address: str, beside: Path) -> Path | None:
        path = self._in_folder(address, beside)
        return path if path and path.suffix.lower() in SUFFIXES and not refused(path) else None

    def _in_folder(self, address: str, beside: Path) -> Path | None:
        parts = links.split(address)
        if parts.scheme or parts.netloc or not parts.path:
            return None
        name = unquote(parts.path)
        for path in (self.folder / name.lstrip("/"), beside / name):
            if path.suffix.lower() in (*SUFFIXES, PDF) and inside(path, self.folder) and path.is_file():
                return path
        return None


def inside(path: Path, folder: Path) -> bool:
    """Does `path`, links followed, lie in `folder`?"""
    return path.resolve().is_relative_to(folder.resolve())


def refused(path: Path) -> str:
    """Why a file is no picture that the library takes; empty for one."""
    if path.stat().st_size > MAX_BYTES:
        return f"larger than {MAX_BYTES // 1024 // 1024} MB"
    with path.open("rb") as stream:
        if b"<svg" in stream.read(2048).lower():
            return "SVG is not taken, as it can hold scripts"
    try:
        with Image.open(path) as image:
            if image.format not in FORMATS:
                return f"{image.format} is not taken"
            if image.width * image.height > MAX_PIXELS:
                return f"more than {MAX_PIXELS // 1_000_000} million pixels"
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return "not a picture that can be read"
    return ""


def refused_file(path: Path) -> str:
    """Why a file is no PDF that the library takes; empty for one. By what is in it, whatever it is called."""
    if path.stat().st_size > MAX_FILE_BYTES:
        return f"larger than {MAX_FILE_BYTES // 1024 // 1024} MB"
    with path.open("rb") as stream:
        return "" if b"%PDF-" in stream.read(1024) else "not a PDF"


def suffix_of(path: Path) -> str:
    """The suffix that belongs to what is in the file, which must be a picture."""
    with Image.open(path) as image:
        return FORMATS[image.format]


def in_library(path: Path, alt: str, user=None) -> tuple[LibraryImage, bool]:
    """The library's picture of that file, and whether it is new."""
    content = path.read_bytes()
    digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if known := LibraryImage.objects.filter(file_hash=digest).first():
        return known, False
    with path.open("rb") as stream:
        image = LibraryImage(
            title=(alt or path.stem.rpartition("~")[2])[:255],
            file=ImageFile(stream, name=path.name.rpartition("~")[2]),
            uploaded_by_user=user,
        )
        image.file_size, image.file_hash = len(content), digest
        image.save()
    return image, True
