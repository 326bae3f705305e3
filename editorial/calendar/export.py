"""The calendar as a table for spreadsheets: a line for each date that the screen shows."""

import csv
from collections.abc import Iterable, Iterator
from io import BytesIO, StringIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from cms.models.pages import ShelfLife
from cms.spreadsheets import escaped
from editorial.calendar.cards import Card

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def lines(cards: Iterable[Card], *, all_told: bool) -> Iterator[list[str]]:
    """Head and lines. `all_told`: all that is known; otherwise titles and days only."""
    head = [_("Day"), _("Title")]
    more = [_("Date"), _("Step"), _("Buying stage"), _("Personas"), _("Format"), _("Shelf life"), _("Assignee")]
    yield [*head, *more, _("Days late")] if all_told else head
    for card in sorted(cards, key=lambda card: (card.day is None, str(card.day), card.order)):
        day = card.day.isoformat() if card.day else ""
        yield [day, card.title, *_more(card)] if all_told else [day, card.title]


def write_csv(rows: Iterable[list[str]]) -> bytes:
    """With a byte-order mark, by which spreadsheets know UTF-8; what looks like a formula begins with an apostrophe."""
    text = StringIO()
    csv.writer(text).writerows([escaped(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def write_xlsx(rows: Iterable[list[str]]) -> bytes:
    """Every cell as text, so that nothing is calculated."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Calendar"))
    for row in rows:
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell in cells:
            cell.data_type = "s"
        sheet.append(cells)
    data = BytesIO()
    book.save(data)
    return data.getvalue()


def _more(card: Card) -> list[str]:
    if card.slot:
        said = [card.lane.label, card.state.word, card.slot.stage, card.slot.persona or "", "", ShelfLife.TIMELY.label]
        return [*map(str, said), "", ""]
    one, entry = card.what, card.entry
    step = entry.get_step_display() if entry else _("Not planned here")
    who = str(entry.assignee or "") if entry else ""
    kind = [one.stage or "", ", ".join(one.personas), one.get_format_display(), one.get_shelf_life_display(), who]
    return [str(card.lane.label), str(step), *map(str, kind), str(card.days_late or "")]
