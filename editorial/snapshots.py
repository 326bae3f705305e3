"""The coverage map month by month: kept once a month for three years, and the map of now compared with one of them.

What is kept is the whole map, not the part about a topic or a format: a part is never compared with the whole.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cms import clock
from editorial import coverage
from editorial.coverage_states import State, state_of
from editorial.models import CoverageSnapshot

KEPT_MONTHS = 36
FIGURES = ("live", "weak", "drafts", "planned", "contacts", "accounts", "weeks")
GAINED, LOST, MORE, FEWER, SAME, NEW = "gained", "lost", "more", "fewer", "same", "new"
ICONS = {
    GAINED: "arrow-up", LOST: "arrow-down", MORE: "arrow-up", FEWER: "arrow-down", SAME: "minus", NEW: "circle-plus",
}  # fmt: skip
NOTHING_CHANGED, NOT_THERE = gettext_lazy("as it was"), gettext_lazy("not on the map then")


@dataclass(frozen=True)
class Change:
    """One thing that became of a cell, never by colour alone: what (live pieces: GAINED, LOST), words, an icon."""

    key: str
    words: str

    @property
    def icon(self) -> str:
        return ICONS[self.key]


@dataclass(frozen=True)
class Then:
    """A cell as it was: its figures, None when the map did not have it, and what changed since."""

    figures: dict | None
    state: State | None
    changes: list[Change]


def keep() -> int:
    """Keep the map of this month, if nobody has yet, and let go of what is older than three years. The loop.

    Returns 1 when it was kept just now. Of two workers one writes; an empty map (no stages or personas) is not kept.
    """
    month = timezone.localdate(clock.now()).replace(day=1)
    if CoverageSnapshot.objects.filter(month=month).exists():
        return 0
    table = coverage.table()
    if not table.judged:
        return 0
    kept = {"taken_at": clock.now(), "figures": _figures(table)}
    with transaction.atomic():
        _row, is_new = CoverageSnapshot.objects.get_or_create(month=month, defaults=kept)
        CoverageSnapshot.objects.filter(month__lte=_months_before(month, KEPT_MONTHS)).delete()
    return int(is_new)


def months() -> list[tuple[str, date, date]]:
    """(key, first day of the month, day it was kept) of what a map can be compared with, newest first. One query."""
    rows = CoverageSnapshot.objects.values_list("month", "taken_at")[:KEPT_MONTHS]
    return [(f"{month:%Y-%m}", month, timezone.localdate(taken_at)) for month, taken_at in rows]


def of(key: str) -> CoverageSnapshot | None:
    """The one of a month as an address names it, "2026-11"; None: not kept, or no month. One query."""
    try:
        month = date.fromisoformat(f"{key}-01")
    except ValueError:
        return None
    return CoverageSnapshot.objects.filter(month=month).first()


def compare(table: coverage.Table, snapshot: CoverageSnapshot) -> None:
    """Say in each cell of a whole map what changed since, by the levels of today. No query."""
    for cell in (cell for row in table.rows for cell in row.cells):
        cell.then = _then(cell, snapshot.figures.get(_key(cell)))


def _figures(table: coverage.Table) -> dict[str, dict]:
    cells = (cell for row in table.rows for cell in row.cells)
    return {_key(cell): {name: getattr(cell, name) for name in FIGURES} for cell in cells}


def _key(cell: coverage.Cell) -> str:
    return f"{cell.row}-{cell.column}"


def _then(cell: coverage.Cell, figures: dict | None) -> Then:
    if figures is None and cell.judged:
        return Then(None, None, [Change(NEW, str(NOT_THERE))])
    figures = figures or dict.fromkeys(FIGURES[:4], 0)  # a column of leftovers that was empty, so not shown
    state = state_of(figures["live"], cell.levels) if cell.judged else None
    changes = [change for name in ("live", "weak", "planned", "contacts") if (change := _change(cell, figures, name))]
    if state and state != cell.state:
        changes.insert(0, Change(_direction(cell.live - figures["live"]), _("was: %s") % str(state.word).lower()))
    return Then(figures, state, changes or [Change(SAME, str(NOTHING_CHANGED))])


def _change(cell: coverage.Cell, figures: dict, name: str) -> Change | None:
    now, before = getattr(cell, name), figures.get(name)
    if now is None or before is None or now == before:
        return None
    more = now > before
    n = abs(now - before)
    words = {
        "live": (ngettext("%s live piece gained", "%s live pieces gained", n) % n, _("%s live lost") % n),
        "weak": (_("%s more stale or low-rated") % n, _("%s fewer stale or low-rated") % n),
        "planned": (_("%s more planned") % n, _("%s fewer planned") % n),
        "contacts": (
            ngettext("%s more contact", "%s more contacts", n) % n,
            ngettext("%s fewer contact", "%s fewer contacts", n) % n,
        ),
    }[name]
    key = _direction(now - before) if name == "live" else MORE if more else FEWER
    return Change(key, words[0] if more else words[1])


def _direction(difference: int) -> str:
    return GAINED if difference > 0 else LOST


def _months_before(month: date, number: int) -> date:
    for _turn in range(number):
        month = (month - timedelta(days=1)).replace(day=1)
    return month
