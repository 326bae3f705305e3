"""Pictures that lie in the imported folder become pictures of the library; the same file only once."""

import hashlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.files.images import ImageFile
from PIL import Image, UnidentifiedImageError

from cms.importers.folder import inside
from cms.models import LibraryImage

SUFFIXES = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"}
MAX_BYTES = 10 * 1024 * 1024


def find(address: str, alt: str, beside: Path, folder: Path, user=None) -> LibraryImage | None:
    """The library's picture for an address in a file lying in `beside`; None unless it is a picture in `folder`."""
    path = _local(address, beside, folder)
    if path is None:
        return None
    known = LibraryImage.objects.filter(file_hash=hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest())
    if found := known.first():
        return found
    with path.open("rb") as stream:
        image = LibraryImage(
            title=(alt or path.stem)[:255], file=ImageFile(stream, name=path.name), uploaded_by_user=user
        )
        image.file_size = path.stat().st_size
        image.file_hash = hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()
        image.save()
    return image


def _local(address: str, beside: Path, folder: Path) -> Path | None:
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    name = unquote(parts.path)
    for path in (folder / name.lstrip("/"), beside / name):
        if path.suffix.lower() in SUFFIXES and inside(path, folder) and path.is_file() and _is_picture(path):
            return path
    return None


def _is_picture(path: Path) -> bool:
    if path.stat().st_size > MAX_BYTES:
        return False
    try:
        with Image.open(path) as image:
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True
