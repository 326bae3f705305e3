"""The kinds of sources: a small module each, registered by name. The form, the commands and the jobs find them here."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from django.core.files import File
from django.utils.functional import Promise

from cms.importers.items import Ignored, Item
from cms.importers.notices import Notice

Entry = Item | Notice | Ignored


class Reader(Protocol):
    """What lies in one place, entry by entry. `total`: how many there are; `folder`: where its pictures lie, if any."""

    total: int
    folder: Path | None

    def entries(self, at) -> Iterator[tuple[Entry, object]]:
        """Each entry from `at` on (None: the first), with the `at` (JSON) behind it. A Notice says why one was refused.

        Raises ArchiveError when the whole cannot be read.
        """


class Kind:
    """One kind of source. Subclass, set the words, and register it: `kinds.register(Kind())`."""

    name: str
    label: str | Promise
    hint: str | Promise
    suffixes: tuple[str, ...]
    max_bytes: int
    takes_address = False
    options: tuple[str, ...] = ()  # of PAGES, POINT, PICTURES

    def check(self, upload: File) -> None:
        """Raise ArchiveError for what cannot be taken, in words for the person who uploaded it."""

    def store(self, upload: File, folder: Path) -> None:
        """Write an upload that was checked into an empty folder."""
        with (folder / f"source{Path(upload.name).suffix.lower()}").open("xb") as stream:
            for chunk in upload.chunks():
                stream.write(chunk)

    def asks(self, place: Path) -> bool:
        """Must a person say something about what was stored at `place` before it can be read?"""
        return False

    def fetch(self, address: str, folder: Path) -> None:
        """For a kind that takes an address: store what lies there in an empty folder. Raises ArchiveError."""
        raise NotImplementedError

    def reader(self, place: Path, options: dict) -> Reader:
        """Reads what lies at `place`: the folder of `store`, or what the command line named."""
        raise NotImplementedError


# What a person may tick; each kind offers those that mean something for it.
PAGES, POINT, PICTURES = "pages", "point", "pictures"

_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind. A name that is taken raises ValueError."""
    if kind.name in _kinds:
        raise ValueError(f"Kind of source {kind.name!r} is registered twice")
    _kinds[kind.name] = kind


def get(name: str) -> Kind:
    """The kind of that name; KeyError if nobody registered it."""
    return _kinds[name]


def known() -> list[Kind]:
    """All kinds, in the order in which they were registered."""
    return list(_kinds.values())


def only_file(place: Path) -> Path:
    """The one file that was stored, or `place` itself when that is the file."""
    return next(path for path in sorted(place.iterdir()) if path.stem == "source") if place.is_dir() else place
