"""Writes what a plan says into the calendar, some rows at a time, each with a line of the entry's own history."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from cms import clock
from cms.importers import sheets
from cms.importers.archives import ArchiveError
from cms.importers.notices import Notice
from cms.models import User
from editorial import schedule
from editorial.models import Entry, PlanBatch, PlanRow
from editorial.plans import columns
from editorial.plans.matching import AT_ONCE, CREATED, OUTCOMES, SKIPPED, UPDATED, Fate, fates

MAX_BYTES, MAX_ENTRIES = 5 * 1024 * 1024, 5000
SUFFIXES = (".csv", ".tsv", ".xlsx")
ROWS_AT_ONCE = 5  # one transaction: on SQLite it stays under 100 ms
MAX_REASONS = 500


@dataclass
class Report:
    """How many rows were made, changed, left and refused; and why they were refused."""

    at: int = 0  # rows that are done
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    rows: list[dict] = field(default_factory=list)

    def add(self, fate: Fate) -> None:
        """Count one row."""
        self.at += 1
        self.counts[fate.outcome] += 1
        said = [notice.as_dict() for notice in fate.row.wrong] if fate.outcome == SKIPPED else []
        self.rows = (self.rows + said)[:MAX_REASONS]


def read(content: bytes, suffix: str) -> list[list]:
    """[[number of the row, its cells]] of head and rows. Raises ArchiveError for what is no plan or too large."""
    if len(content) > MAX_BYTES:
        raise ArchiveError(_("It has more than 5 MB."), _("Bring it in in parts."))
    sheets.head_of(content, suffix)
    found = [list(row) for row in sheets.plain_rows(content, suffix)]
    if len(found) - 1 > MAX_ENTRIES:
        raise ArchiveError(_("It has more than %s rows.") % MAX_ENTRIES, _("Bring it in in parts."))
    return found


def head_of(batch: PlanBatch) -> list[str]:
    """The names of its columns."""
    return [" ".join(str(name or "").split()) for name in batch.rows[0][1]]


def new_batch(source: str, file: str, rows: list[list], user: User | None) -> PlanBatch:
    """A batch that is not stored yet, its columns as their names say. A known plan's spelling is kept."""
    source = " ".join(source.split())
    same = PlanBatch.objects.filter(source__iexact=source).order_by("pk").values_list("source", flat=True).first()
    batch = PlanBatch(source=same or source, file=file[:200], rows=rows, user=user, started_at=clock.now())
    batch.columns = columns.recognised(head_of(batch))
    return batch


def unclear_days(batch: PlanBatch) -> list[str]:
    """The first days of it that could mean two, as they are written."""
    if "due_on" not in batch.columns:
        return []
    at = batch.columns.index("due_on")
    texts = (columns.text_of(cells[at]) for _number, cells in batch.rows[1:] if at < len(cells))
    return [text for text in texts if columns.is_unclear(text)][:3]


def lacking(batch: PlanBatch) -> str:
    """What has to be said before it can be brought in, or ""."""
    if "title" not in batch.columns:
        return _("No column is the title. Choose it.")
    if not batch.order and (unclear := unclear_days(batch)):
        return _("Days such as %s can be meant in two ways. Say whether the day or the month comes first.") % unclear[0]
    return ""


def look(batch: PlanBatch) -> list[Fate]:
    """What would become of each of its rows; writes nothing."""
    return list(fates(batch.rows[1:], reader_of(batch), batch.source))


def bring_in(batch: PlanBatch, report: Report, reader: columns.Reader, checkpoint: Callable[[], None]) -> bool:
    """The next ROWS_AT_ONCE rows, with the checkpoint behind them, all or none. False when none are left."""
    some = batch.rows[1 + report.at : 1 + report.at + ROWS_AT_ONCE]
    with transaction.atomic():
        for fate in fates(some, reader, batch.source):
            _write(batch, fate)
            report.add(fate)
            if fate.entry:
                reader.taken.add(fate.entry.pk)
        checkpoint()
    return bool(some)


def reader_of(batch: PlanBatch, done: int = 0) -> columns.Reader:
    """Reads its rows, knowing those that are done already."""
    reader = columns.Reader(batch.columns, batch.order)
    for begin in range(1, 1 + done, AT_ONCE):
        some = batch.rows[begin : min(begin + AT_ONCE, 1 + done)]
        keys = [reader.read(number, cells).key for number, cells in some]
        stood_for = PlanRow.objects.filter(source=batch.source, key__in=keys)
        reader.taken.update(stood_for.values_list("entry", flat=True))
    return reader


def _write(batch: PlanBatch, fate: Fate) -> None:
    """Make or change the entry, and keep what the row said."""
    if fate.outcome == SKIPPED:
        return
    values, entry = fate.row.values, fate.entry
    try:
        with transaction.atomic():
            if fate.outcome == CREATED:
                plain = {name: value for name, value in values.items() if name not in schedule.SETS}
                sets = {name: values.get(name, ()) for name in schedule.SETS}
                fate.entry = entry = schedule.plan(Entry(**plain), user=batch.user, **sets)
            elif fate.outcome == UPDATED:
                schedule.revise(entry, user=batch.user, version=entry.version, values=fate.changes)
    except (schedule.Refused, schedule.Stale) as error:
        fate.row.wrong.append(Notice(fate.row.number, str(error), _("Bring the plan in again."), fate.row.title[:80]))
        fate.outcome = SKIPPED
        return
    if fate.known is None:
        made_by = batch if fate.outcome == CREATED else None
        PlanRow.objects.create(source=batch.source, key=fate.row.key, entry=entry, said=fate.row.said, made_by=made_by)
    elif fate.known.said != fate.row.said:
        PlanRow.objects.filter(pk=fate.known.pk).update(said=fate.known.said | fate.row.said)
