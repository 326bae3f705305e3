"""The coverage map as a table for spreadsheets: a line a cell."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from editorial import coverage
from editorial.coverage_kept import Standout


def lines(table: coverage.Table, *, all_told: bool) -> Iterator[list[str]]:
    """Head and lines of the export: one line a cell. Drafts only for those who plan; then figures when compared."""
    is_compared = any(cell.then for row in table.rows for cell in row.cells)
    yield [
        _("Buying stage"), _("Persona"), _("State"), _("Live"), _("Stale or low-rated"),
        *([_("Drafts")] if all_told else []), _("Planned"), _("Contacts"), _("Accounts"),
        _("Weeks of supply"), _("Supply"), _("Searches in vain"), _("Customers who asked"),
        _("Best piece"), _("Best: of its readers those it is for"),
        _("Worst piece"), _("Worst: of its readers those it is for"),
        *(_then_heads(all_told) if is_compared else []),
    ]  # fmt: skip
    for cell in (cell for row in table.rows for cell in row.cells):
        people = [cell.contacts, cell.accounts, cell.weeks]
        counted = [cell.live, cell.weak, *([cell.drafts] if all_told else []), cell.planned]
        state = str(cell.state.word) if cell.state else ""
        supply = str(cell.supply.word) if cell.supply else ""
        said = ["" if one is None else str(one) for one in people]
        wishes = ["" if one is None else str(one) for one in (cell.searches, cell.asked)]
        figures_ = [*map(str, counted), *said, supply, *wishes, *_standout(cell.best), *_standout(cell.worst)]
        yield [cell.row_label, cell.column_label, state, *figures_, *_then(cell, all_told)]


def _standout(piece: Standout | None) -> list[str]:
    if piece is None:
        return ["", ""]
    return [piece.title, _("%(relevant)s of %(placed)s") % piece._asdict()]


def _then_heads(all_told: bool) -> list[str]:
    return [
        _("State then"), _("Live then"), _("Stale or low-rated then"), *([_("Drafts then")] if all_told else []),
        _("Planned then"), _("Contacts then"), _("What changed"),
    ]  # fmt: skip


def _then(cell: coverage.Cell, all_told: bool) -> list[str]:
    """The same cell in the month it is compared with; nothing when it is not."""
    if cell.then is None:
        return []
    names = ("live", "weak", *(["drafts"] if all_told else []), "planned", "contacts")
    before = [(cell.then.figures or {}).get(name) for name in names]
    state = str(cell.then.state.word) if cell.then.state else ""
    changes = "; ".join(change.words for change in cell.then.changes)
    return [state, *("" if one is None else str(one) for one in before), changes]
