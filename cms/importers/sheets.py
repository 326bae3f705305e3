"""Kind of source: an inventory of pieces as a spreadsheet (CSV or XLSX), a row a piece that lives elsewhere."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.validators import URLValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from cms.importers import columns, kinds
from cms.importers.archives import ArchiveError
from cms.importers.columns import FIELDS
from cms.importers.links import MAX_ADDRESS, split
from cms.importers.notices import Notice

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS, MAX_COLUMNS, MAX_CELL = 20_000, 100, 10_000
MAX_UNPACKED, MAX_MEMBERS = 100 * 1024 * 1024, 1000
PREVIEWED = 5
DELIMITERS = ",;\t|"
Row = list[object]


def rows(content: bytes, suffix: str) -> Iterator[tuple[int, Row]]:
    """(number of the row as the spreadsheet shows it, its cells) of every row that is not empty.

    Raises ArchiveError for what is no spreadsheet or too large.
    """
    read = _of_workbook if suffix == ".xlsx" else _of_text
    for number, row in enumerate(read(content), 1):
        if number > MAX_ROWS:
            raise ArchiveError(_("It has more than %s rows.") % MAX_ROWS, _("Bring it in in parts."))
        if len(row) > MAX_COLUMNS:
            raise ArchiveError(_("It has more than %s columns.") % MAX_COLUMNS, _("Delete those that are not needed."))
        if any(cell not in (None, "") for cell in row):
            yield number, [cell[:MAX_CELL] if isinstance(cell, str) else cell for cell in row]


def _of_text(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
    except csv.Error as error:
        why = _("It cannot be read as CSV: %s.") % error
        raise ArchiveError(why, _("Save it from the spreadsheet program again.")) from error


def _decoded(content: bytes) -> str:
    """UTF-8 or UTF-16 as its first bytes say; else what Windows programs write."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _of_workbook(content: bytes) -> Iterator[Row]:
    """The first sheet, row by row. What it would unpack to is looked at before it is unpacked."""
    damaged = ArchiveError(_("This is no .xlsx file, or it is damaged."), _("Save it again as .xlsx, or as CSV."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
                why = _("Unpacked it would be larger than %s MB.") % (MAX_UNPACKED // 1024 // 1024)
                raise ArchiveError(why, _("Save only the table as CSV."))
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()
        for row in sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True):
            yield _without_tail(row)
    except ArchiveError:
        raise
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError, EOFError) as error:
        raise damaged from error
    except Exception as error:
        raise damaged from error


def _without_tail(row: tuple) -> Row:
    cells = list(row)
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def head_of(content: bytes, suffix: str) -> tuple[list[str], list[Row]]:
    """(names of the columns, the first rows below them). Raises ArchiveError where there is nothing."""
    found = rows(content, suffix)
    try:
        _number, names = next(found)
        first = [row for (_number, row), _wanted in zip(found, range(PREVIEWED), strict=False)]
    except StopIteration:
        first = []
    if not first:
        raise ArchiveError(_("There are no rows below its head."), _("Write the columns' names in the first row."))
    return [" ".join(str(name or "").split()) for name in names], first


class SheetReader:
    """The rows of an inventory. `at` is the number of the row read last."""

    folder = None

    def __init__(self, path: Path, fields: list[str], *, keep: bool):
        """With `keep` the rows are written beside the file: unpacking them anew for each slice of a job takes long."""
        kept = path.parent / "rows.json"
        found = json.loads(kept.read_text()) if keep and kept.exists() else plain_rows(path.read_bytes(), path.suffix)
        if keep and not kept.exists():
            coming = kept.with_suffix(".coming")
            coming.write_text(json.dumps(found))
            coming.rename(kept)
        self.rows, self.fields, self.name = found[1:], fields, path.name
        self.total = len(self.rows)

    def entries(self, at: int | None) -> Iterator[tuple[kinds.Entry, int]]:
        seen: dict[str, int] = {}
        for number, cells in self.rows:
            named = {field: cell for field, cell in zip(self.fields, cells, strict=False) if field}
            item = columns.item_of(named, number)
            first = seen.setdefault(item.key, number)
            if number > (at or 0):
                yield self._refused(item, number, first) or item, number

    def _refused(self, item, number: int, first: int) -> Notice | None:
        if first != number:
            why = _("It stands in row %s already") % first
            return Notice(number, why, _("Take one of the two rows away."), item.title or item.key)
        if item.title and not _is_address(item.lives_at):
            why = _("“%s” is no address on the web") % item.lives_at[:80]
            return Notice(number, why, _("Write where the piece lives, with https://"), item.title)
        if split(item.lives_at).netloc == split(settings.BASE_URL).netloc:
            return Notice(number, _("It lives on this site"), _("Classify it under Library › Assets."), item.title)
        return None


def plain_rows(content: bytes, suffix: str) -> list[tuple[int, Row]]:
    """All rows as JSON can hold them; days and times as ISO text, the same whether they were kept or just read."""
    return [(number, [_plain(cell) for cell in row]) for number, row in rows(content, suffix.lower())]


def _plain(cell: object) -> object:
    return cell if cell is None or isinstance(cell, str | int | float) else str(cell)


def _is_address(value: str) -> bool:
    try:
        URLValidator(schemes=["http", "https"])(value)
    except ValidationError:
        return False
    return len(value) <= MAX_ADDRESS


class SheetKind(kinds.Kind):
    name = "sheet"
    label = gettext_lazy("Spreadsheet of pieces")
    hint = gettext_lazy("An inventory as .csv or .xlsx: a row a piece, with title and address, and what else you know.")
    suffixes = (".csv", ".tsv", ".xlsx")
    max_bytes = MAX_BYTES

    def check(self, upload: File) -> None:
        upload.seek(0)
        head_of(upload.read(), Path(upload.name).suffix.lower())
        upload.seek(0)

    def asks(self, place: Path) -> bool:
        """Where a column's name says nothing, or none is the title or the address."""
        names, _first = self.preview(place)
        found = columns.recognised(names)
        unclear = [name for field, name in zip(found, names, strict=True) if name and not field]
        is_clear = {"title", "url"} <= set(found) and not unclear
        return not is_clear

    def preview(self, place: Path) -> tuple[list[str], list[Row]]:
        """(names of the columns, the first rows)."""
        path = kinds.only_file(place)
        return head_of(path.read_bytes(), path.suffix.lower())

    def reader(self, place: Path, options: dict) -> SheetReader:
        """`options["columns"]`: the field of each column, as a person said; else as their names say."""
        path = kinds.only_file(place)
        names, _first = self.preview(place)
        fields = options.get("columns") or columns.recognised(names)
        if not {"title", "url"} <= set(fields):
            missing = ", ".join(str(FIELDS[field]) for field in ("title", "url") if field not in fields)
            raise ArchiveError(_("No column is: %s.") % missing, _("Name the columns in the first row."))
        return SheetReader(path, fields, keep=bool(options.get("uploaded")))


kinds.register(SheetKind())
