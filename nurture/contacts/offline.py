"""What happened with a contact away from any browser: from a form, a file of rows, or the API, into the ledger."""

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID, uuid5

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import clock
from cms.importers.notices import Notice
from cms.models import AssetPage
from nurture.contacts.models import Contact
from tracking import consent, told, words
from tracking.kinds import OFFLINE_KINDS

# The columns of a file, the words they are found by, and what they are called on the screen.
COLUMNS = {
    "email": (("email", "e-mail", "mail", "mail address", "email address"), gettext_lazy("Mail address")),
    "kind": (("kind", "what", "type", "event", "activity"), gettext_lazy("What happened")),
    "occurred_at": (("occurred_at", "date", "when", "time", "at", "day"), gettext_lazy("When")),
    "about": (("about", "subject", "title", "name of event"), gettext_lazy("About")),
    "note": (("note", "notes", "comment", "comments", "text"), gettext_lazy("Note")),
    "piece": (("piece", "asset", "page", "slug", "url"), gettext_lazy("Piece: its address or slug")),
}
NEEDED = ("email", "kind", "occurred_at")
MAX_BYTES = 10 * 1024**2
MAX_ABOUT, MAX_NOTE = 200, 2000
ROWS_AT_ONCE = 200  # one transaction: on SQLite it stays under 100 ms
NAMESPACE = UUID("6f1f0c1e-6f5b-5d0c-9d53-0b8d7b6a4c11")


class FileError(ValueError):
    """The file as a whole cannot be read: why, and how to mend it."""


@dataclass(frozen=True)
class Sheet:
    """A CSV file: its header, its rows with their line numbers, and a name for exactly these bytes."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    digest: str


@dataclass
class Report:
    """What became of rows: counts, and a Notice for each that was refused."""

    created: int = 0
    duplicate: int = 0
    refused: list[Notice] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        """Sum up."""
        self.created += other.created
        self.duplicate += other.duplicate
        self.refused += other.refused


def tell(contact: Contact, kind: str, at: datetime, source: str, uuid: UUID, **said) -> bool:
    """Record that something happened with this contact; `said`: about, note, asset_id. False when it was known."""
    row = told.Told(uuid, contact.subject, kind, at, said.get("asset_id"), _properties(said))
    return bool(told.record([row], source))


def _properties(said: dict) -> dict[str, str]:
    found = {"about": said.get("about", "")[:MAX_ABOUT], "note": said.get("note", "")[:MAX_NOTE]}
    # JSON can write NUL, and no database can store it.
    return {name: text.replace("\0", "\ufffd") for name, text in found.items() if text}


def read(data: bytes) -> Sheet:
    """The rows of a CSV file in UTF-8, with comma, semicolon or tab. Raises FileError."""
    if len(data) > MAX_BYTES:
        raise FileError(_("The file has more than 10 MB. Send it in parts."))
    try:
        text = data.decode("utf-8-sig").replace("\0", "\ufffd")
    except UnicodeDecodeError as error:
        where = data[: error.start].count(b"\n") + 1
        raise FileError(_("Line %d is not UTF-8. Save the file as CSV in UTF-8.") % where) from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
        lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise FileError(_("Line %(n)d is no CSV: %(why)s.") % {"n": reader.line_num, "why": error}) from error
    if len(lines) < 2:
        raise FileError(_("The file has no rows below its header. Its first line names the columns."))
    return Sheet([cell.strip() for cell in lines[0][1]], lines[1:], hashlib.sha256(data).hexdigest())


def mapping(header: list[str], chosen: dict[str, str] | None = None) -> dict[str, int]:
    """{our column: place in the file}, as chosen, else by the words of the header. Raises FileError for a lack."""
    places = {cell.lower(): at for at, cell in reversed(list(enumerate(header)))}
    found = {}
    for name, (known, _label) in COLUMNS.items():
        wanted = known if chosen is None else (chosen.get(name, "").lower(),)
        place = next((places[word] for word in wanted if word in places), None)
        if place is not None:
            found[name] = place
    if lacking := [str(COLUMNS[name][1]) for name in NEEDED if name not in found]:
        raise FileError(_("No column for: %s.") % ", ".join(lacking))
    return found


def bring_in(sheet: Sheet, columns: dict[str, int], start: int = 0) -> Iterator[tuple[int, Report]]:
    """Store the rows from `start` on, a transaction for each ROWS_AT_ONCE: (rows done, what became of these).

    A row's uuid comes from the bytes of the file and its place: the same file again creates nothing.
    """
    rows = iter(sheet.rows[start:])
    done = start
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        report = Report()
        good = list(_understood(sheet, chunk, columns, report))
        stored = told.record(good, "import")
        report.created, report.duplicate = len(stored), len(good) - len(stored)
        done += len(chunk)
        yield done, report


def preview(sheet: Sheet, columns: dict[str, int], number: int = 10) -> tuple[list[told.Told], Report]:
    """What the first rows would become; nothing is stored."""
    report = Report()
    return list(_understood(sheet, sheet.rows[:number], columns, report)), report


def _understood(sheet: Sheet, rows: list, columns: dict[str, int], report: Report) -> Iterator[told.Told]:
    """Rows as things that happened; what cannot be understood goes to the report. Two queries."""
    cells = [(line, {name: _cell(row, at) for name, at in columns.items()}) for line, row in rows]
    people = _people(said["email"] for _line, said in cells)
    pieces = _pieces(said.get("piece", "") for _line, said in cells)
    for line, said in cells:
        try:
            yield _one(sheet, line, said, people, pieces)
        except FileError as error:
            why, _dot, mend = str(error).partition(" – ")
            report.refused.append(Notice(line, why, mend))


def _one(sheet: Sheet, line: int, said: dict[str, str], people: dict, pieces: dict) -> told.Told:
    subject = people.get(consent.normalise(said["email"]))
    if subject is None:
        raise FileError(_("No contact has the address “%s” – Add them first.") % said["email"][:100])
    kind = _kind(said["kind"])
    piece = said.get("piece", "")
    if piece and _slug(piece) not in pieces:
        raise FileError(_("No piece is at “%s” – Give its address or slug, or leave it empty.") % piece[:100])
    uuid = uuid5(NAMESPACE, f"{sheet.digest}:{line}")
    return told.Told(uuid, subject, kind, moment(said["occurred_at"]), pieces.get(_slug(piece)), _properties(said))


def _cell(row: list[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _kind(text: str) -> str:
    """By its key or by its words."""
    wanted = text.strip().lower()
    for kind in OFFLINE_KINDS:
        if wanted in (kind, kind.replace("_", " "), words.said(words.KINDS, kind).lower()):
            return kind
    said = {"text": text[:60], "all": ", ".join(OFFLINE_KINDS)}
    raise FileError(_("“%(text)s” is not known – One of: %(all)s.") % said)


def moment(text: str) -> datetime:
    """A day (its noon, UTC) or a time (UTC without a zone), as ISO 8601, not in the future. Raises FileError."""
    try:
        found = parse_datetime(text) if len(text) > 10 else None
        day = parse_date(text) if found is None else None
    except ValueError:
        found = day = None
    if found is None and day is None:
        raise FileError(_("“%s” is no time – Write it as 2026-03-31 or 2026-03-31 14:30.") % text[:60])
    at = found or datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    now = clock.now()
    if day == now.date():
        at = min(at, now)
    if not told.EARLIEST <= at <= now:
        raise FileError(_("“%s” is not between 1990 and now – It must have happened already.") % text[:60])
    return at.astimezone(UTC)  # not before: at the edge of time another zone's hour cannot be told in UTC


def _people(emails: Iterable[str]) -> dict[str, UUID]:
    wanted = {consent.normalise(email) for email in emails}
    known = Contact.objects.filter(email__in=wanted, synthetic=False, erased_at=None)
    return dict(known.values_list("email", "subject"))


def _pieces(texts: Iterable[str]) -> dict[str, int]:
    slugs = {_slug(text) for text in texts if text}
    return dict(AssetPage.objects.filter(slug__in=slugs).values_list("slug", "pk")) if slugs else {}


def _slug(text: str) -> str:
    return text.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2]
