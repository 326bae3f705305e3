"""A .zip file that somebody uploaded, unpacked into a folder; nothing in it is believed before it was checked.

What is refused is refused before the first file is written, but for damage that only reading finds.
"""

import re
import shutil
import stat
import struct
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from django.core.files import File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from cms.importers import folder, pictures

MAX_UPLOAD = 50 * 1024 * 1024
MAX_FILES = 5000
MAX_FILE = pictures.MAX_BYTES
MAX_TOTAL = 300 * 1024 * 1024
MAX_PATH = 1000
MAX_NAME = 255
WANTED = {*folder.SUFFIXES, *pictures.SUFFIXES, pictures.PDF}
# Each entry of the directory begins with this. More of them than that, and reading the directory alone costs too much.
ENTRY, MAX_ENTRIES = b"PK\x01\x02", 10 * MAX_FILES
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, OverflowError, NotImplementedError)


class ArchiveError(Exception):
    """This file cannot be taken: what is wrong with it and how to mend it, for the person who uploaded it."""

    def __init__(self, why: str, mend: str):
        super().__init__(f"{why} {mend}")


def check(upload: File) -> None:
    """Raise ArchiveError when `upload` is nothing that `unpack` takes; damage inside its files is not looked for."""
    with _opened(upload) as archive:
        _wanted(archive.infolist())


def unpack(upload: File, target: Path) -> None:
    """Write the Markdown files and pictures of `upload` (a .zip) into `target`; hidden and other files are left out.

    Raises ArchiveError; then `target` may hold some files.
    """
    with _opened(upload) as archive:
        for path, info in _wanted(archive.infolist()).items():
            place = target / path
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(info) as packed, place.open("xb") as unpacked:
                shutil.copyfileobj(packed, unpacked)


@contextmanager
def _opened(upload: File):
    """The archive; whatever Python says of a damaged one while it is read becomes an ArchiveError."""
    if sum(chunk.count(ENTRY) for chunk in upload.chunks()) > MAX_ENTRIES:
        _too_many()
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as archive:
            yield archive
    except DAMAGED as error:
        why = _("This is not a .zip file, or it is damaged.")
        raise ArchiveError(why, _("Pack the folder as .zip again, and upload that file.")) from error


def _wanted(members: list[zipfile.ZipInfo]) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """The members to unpack, by their checked path."""
    if len(members) > MAX_FILES:
        _too_many()
    wanted: dict[PurePosixPath, zipfile.ZipInfo] = {}
    for info in members:
        path = _checked(info)
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
        if info.filename.endswith(("/", "\\")) or hidden or path.suffix.lower() not in WANTED:
            continue
        if path in wanted:
            raise ArchiveError(_("“%s” is in it twice.") % path, _("Pack the folder again."))
        wanted[path] = info
    _check_whole(wanted)
    return wanted


def _check_whole(wanted: dict[PurePosixPath, zipfile.ZipInfo]) -> None:
    if not any(path.suffix.lower() in folder.SUFFIXES for path in wanted):
        why = _("There is no Markdown file in it (%s).") % ", ".join(folder.SUFFIXES)
        raise ArchiveError(why, _("Pack the folder that holds the posts."))
    both = next((path for path in wanted if any(parent in wanted for parent in path.parents)), None)
    if both:
        raise ArchiveError(_("“%s” lies in something that is itself a file.") % both, _("Pack the folder again."))
    for path, info in wanted.items():
        if info.file_size > MAX_FILE:
            why = _("“%(path)s” is larger than %(size)s.") % {"path": path, "size": filesizeformat(MAX_FILE)}
            raise ArchiveError(why, _("Make it smaller or leave it out."))
    if sum(info.file_size for info in wanted.values()) > MAX_TOTAL:
        why = _("Unpacked it would be larger than %s.") % filesizeformat(MAX_TOTAL)
        raise ArchiveError(why, _("Upload it in parts, under the same source name."))


def _checked(info: zipfile.ZipInfo) -> PurePosixPath:
    """The path of a member; programs on Windows write it with backslashes."""
    name = info.filename.replace("\\", "/")
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:/", name):
        why = _("“%s” would be written outside its folder.") % name[:MAX_NAME]
        raise ArchiveError(why, _("Pack the folder itself, without absolute paths and without “..”."))
    if len(name.encode()) > MAX_PATH or any(len(part.encode()) > MAX_NAME for part in path.parts):
        raise ArchiveError(_("The path “%s…” is too long.") % name[:80], _("Give it a shorter name."))
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        why = _("“%s” is a link or a device, not a file.") % name
        raise ArchiveError(why, _("Put a copy of the file in its place, and pack the folder again."))
    if info.flag_bits & 0x1:
        raise ArchiveError(_("“%s” is encrypted.") % name, _("Pack the folder without a password."))
    if info.compress_type not in METHODS:
        why = _("“%s” is compressed in a way that is not read here.") % name
        raise ArchiveError(why, _("Pack the folder with the ordinary method (“deflate”)."))
    return path


def _too_many():
    why = _("There are more than %s files in it.") % MAX_FILES
    raise ArchiveError(why, _("Upload it in parts, under the same source name."))
