"""Kind of source: a blog as a folder of Markdown files with front matter, uploaded as .zip or read where it lies."""

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.importers import archives, folder, kinds
from cms.importers.archives import ArchiveError
from cms.importers.items import RefusedError


class FolderReader:
    """Every Markdown file of a folder, by name. `at` is the number of files read."""

    def __init__(self, place: Path):
        self.folder = place
        self.paths = folder.files(place)
        self.total = len(self.paths)

    def entries(self, at: int | None) -> Iterator[tuple[kinds.Entry, int]]:
        start = at or 0
        for number, path in enumerate(self.paths[start:], start + 1):
            try:
                yield folder.read(path, self.folder), number
            except RefusedError as error:
                yield error.notice, number


class MarkdownKind(kinds.Kind):
    name = "markdown"
    label = gettext_lazy("Markdown files")
    hint = gettext_lazy("A .zip of Markdown files with front matter and their pictures, or a single .md file.")
    suffixes = (".zip", *folder.SUFFIXES)
    max_bytes = archives.MAX_UPLOAD
    options = (kinds.PICTURES,)

    def check(self, upload: File) -> None:
        if not upload.name.lower().endswith(folder.SUFFIXES):
            archives.check(upload)
        elif upload.size > folder.MAX_BYTES:
            why = _("A single file is at most %s MB.") % (folder.MAX_BYTES // 1024 // 1024)
            raise ArchiveError(why, _("Split it, or take pictures out of the text."))

    def store(self, upload: File, target: Path) -> None:
        if not upload.name.lower().endswith(folder.SUFFIXES):
            archives.unpack(upload, target)
            return
        name = PurePosixPath(upload.name.replace("\\", "/")).name
        with (target / name).open("xb") as stream:
            shutil.copyfileobj(upload, stream)

    def reader(self, place: Path, options: dict) -> FolderReader:
        """A folder that holds all there is does not count, so it may be packed with or without it."""
        inside = list(place.iterdir())
        packed = len(inside) == 1 and inside[0].is_dir() and options.get("uploaded")
        return FolderReader(inside[0] if packed else place)


kinds.register(MarkdownKind())
