"""What would become of the rows of a plan: made, changed, left as they are, or refused with the reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db.models import Q
from django.utils.translation import gettext as _

from editorial.models import Entry, PlanRow
from editorial.plans.columns import Reader, Row
from editorial.schedule import SETS

CREATED, UPDATED, UNCHANGED, SKIPPED = "created", "updated", "unchanged", "skipped"
OUTCOMES = (CREATED, UPDATED, UNCHANGED, SKIPPED)
AT_ONCE = 200
Step = Entry.Step


@dataclass
class Fate:
    """What becomes of one row: the entry that it means, if there is one, and what would be different."""

    row: Row
    outcome: str
    entry: Entry | None = None
    known: PlanRow | None = None
    changes: dict = field(default_factory=dict)


def fates(rows: Iterable[tuple[int, Sequence]], reader: Reader, source: str) -> Iterator[Fate]:
    """The fate of each row, in order. A fixed number of queries for each AT_ONCE of them.

    A row's entry is the one that it stood for last time; else, an open one of the same title on the same day.
    """
    rows = iter(rows)
    while some := [reader.read(number, cells) for number, cells in islice(rows, AT_ONCE)]:
        known = _known(some, source)
        reader.taken.update(one.entry_id for one in known.values())
        alike = _alike([row for row in some if row.key not in known], source, reader.taken)
        for row in some:
            fate = _fate(row, known.get(row.key), alike)
            if fate.entry:
                reader.taken.add(fate.entry.pk)
            yield fate


def _known(rows: list[Row], source: str) -> dict[str, PlanRow]:
    found = PlanRow.objects.filter(source=source, key__in=[row.key for row in rows]).select_related("entry")
    return {one.key: one for one in found.prefetch_related("entry__personas", "entry__topics")}


def _alike(rows: list[Row], source: str, gone: set[int]) -> dict[tuple, list[Entry]]:
    """Entries by title and day that no row of this plan stands for: those of `gone` do, and those that an id names."""
    rows = [row for row in rows if not row.wrong]
    days = {row.values.get("due_on") for row in rows}
    then = Q(due_on__in=days - {None}) | (Q(due_on=None) if None in days else Q(pk__in=()))
    found = Entry.objects.filter(then, title__in={row.title for row in rows}).exclude(step=Step.DROPPED)
    found = list(found.order_by("-pk").prefetch_related(*SETS)[: 10 * AT_ONCE])
    named = PlanRow.objects.filter(source=source, key__startswith="id:", entry__in=found)
    gone = gone | set(named.values_list("entry", flat=True))
    by: dict[tuple, list[Entry]] = {}
    for entry in found:
        if entry.pk not in gone:
            by.setdefault((entry.title, entry.due_on), []).append(entry)
    return by


def _fate(row: Row, known: PlanRow | None, alike: dict[tuple, list[Entry]]) -> Fate:
    if row.wrong:
        return Fate(row, SKIPPED)
    same = alike.get((row.title, row.values.get("due_on")))
    entry = known.entry if known else same.pop() if same else None  # each entry for one row: the oldest first
    if entry is None:
        return Fate(row, CREATED)
    before = known.said if known else {}
    new = {name: row.values[name] for name, said in row.said.items() if before.get(name) != said}
    changes = {name: value for name, value in new.items() if _stands(entry, name) != _plain(value)}
    if changes and entry.step == Step.DROPPED:
        row.tell(_("It was dropped here"), _("Put the entry back to an open step, or take the row away."))
        return Fate(row, SKIPPED, entry, known)
    if "step" in changes and entry.step in (Step.PUBLISHED, Step.SCHEDULED):
        why = _("It is %s here already") % entry.get_step_display().lower()
        row.tell(why, _("Leave its step empty; it follows the page."))
        return Fate(row, SKIPPED, entry, known)
    return Fate(row, UPDATED if changes else UNCHANGED, entry, known, changes)


def _stands(entry: Entry, name: str):
    if name in SETS:
        return {row.pk for row in getattr(entry, name).all()}
    return getattr(entry, f"{name}_id") if name in ("stage", "assignee", "campaign") else getattr(entry, name)


def _plain(value):
    if isinstance(value, list):
        return {row.pk for row in value}
    return getattr(value, "pk", value)
