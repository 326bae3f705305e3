"""Pictures and PDFs of other hosts, fetched into the folder of an import: asked for once, judged by what is in them."""

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from cms.importers import fetching, pictures
from cms.importers.bodies import Found
from cms.importers.fetching import FetchError

SLICE_SECONDS = 15  # with the longest fetch still well within a job's lease


class OutOfTimeError(Exception):
    """This slice has fetched long enough; what it fetched is kept, so the next one comes further."""


@dataclass
class FetchedPictures(pictures.Pictures):
    """Finds pictures as `Pictures` does, and fetches those of other hosts into `kept`, until `end_at` (monotonic)."""

    kept: Path = field(default_factory=Path)
    end_at: float = float("inf")
    asked: int = 0

    def remote(self, address: str) -> Found:
        """The picture of that address, fetched now or before. Raises OutOfTimeError."""
        return self._fetched(address, pictures.MAX_BYTES, _picture_suffix)

    def remote_file(self, address: str) -> Found:
        """The PDF of that address, in the same way."""
        return self._fetched(address, pictures.MAX_FILE_BYTES, _file_suffix)

    def _fetched(self, address: str, most_bytes: int, judge: Callable[[Path], str]) -> Found:
        self.kept.mkdir(exist_ok=True)
        stem = hashlib.sha256(address.encode()).hexdigest()[:32]
        for known in self.kept.glob(f"{stem}~*"):
            return Found(None, known.read_text()) if known.name == f"{stem}~" else Found(known)
        if self.asked and time.monotonic() > self.end_at:  # one a slice at least, so that each comes further
            raise OutOfTimeError
        self.asked += 1
        try:
            return Found(self._fetch(address, stem, most_bytes, judge))
        except FetchError as error:
            (self.kept / f"{stem}~").write_text(str(error))
            return Found(None, str(error))

    def _fetch(self, address: str, stem: str, most_bytes: int, judge: Callable[[Path], str]) -> Path:
        """Its suffix says what is in it, whatever the host calls it. It is moved into place whole."""
        coming = self.kept / f"{stem}-coming"
        coming.write_bytes(fetching.fetch(address, most_bytes).content)
        try:
            suffix = judge(coming)
        except FetchError:
            coming.unlink()
            raise
        name = re.sub(r"[^\w-]", "", PurePosixPath(unquote(urlsplit(address).path)).stem)[:80] or "picture"
        return coming.rename(self.kept / f"{stem}~{name}{suffix}")


def _picture_suffix(path: Path) -> str:
    if why := pictures.refused(path):
        raise FetchError(why)
    return pictures.suffix_of(path)


def _file_suffix(path: Path) -> str:
    if why := pictures.refused_file(path):
        raise FetchError(why)
    return pictures.PDF
