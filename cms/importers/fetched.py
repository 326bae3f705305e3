"""Pictures of other hosts, fetched into the folder of an import: asked for once, taken only if they are pictures."""

import hashlib
import re
import time
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
        """The file of that address, fetched now or before. Raises OutOfTimeError."""
        self.kept.mkdir(exist_ok=True)
        stem = hashlib.sha256(address.encode()).hexdigest()[:32]
        for known in self.kept.glob(f"{stem}~*"):
            return Found(None, known.read_text()) if known.name == f"{stem}~" else Found(known)
        if self.asked and time.monotonic() > self.end_at:  # one a slice at least, so that each comes further
            raise OutOfTimeError
        self.asked += 1
        try:
            return Found(self._fetch(address, stem))
        except FetchError as error:
            (self.kept / f"{stem}~").write_text(str(error))
            return Found(None, str(error))

    def _fetch(self, address: str, stem: str) -> Path:
        """Its suffix says what is in it, whatever the host calls it. It is moved into place whole."""
        coming = self.kept / f"{stem}-coming"
        coming.write_bytes(fetching.fetch(address, pictures.MAX_BYTES).content)
        why = pictures.refused(coming)
        if why:
            coming.unlink()
            raise FetchError(why)
        name = re.sub(r"[^\w-]", "", PurePosixPath(unquote(urlsplit(address).path)).stem)[:80] or "picture"
        return coming.rename(self.kept / f"{stem}~{name}{pictures.suffix_of(coming)}")
