"""The coverage map: for each buying stage and persona, what is live, drafted and planned, and who is there now.

A piece counts at its primary stage. One for several personas counts in each of their columns, one for all personas in
every column; the column "All" and the row "All stages" count each piece once. Internal sales notes do not count: no
buyer reads them. A live piece that is past its review date or low-rated stands apart: it does not fill a cell.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from cms import ports
from cms.models import BuyingStage, Persona
from editorial import coverage_kept
from editorial.coverage_kept import Standout
from editorial.coverage_lists import ALL, ALL_OF_IT, NOBODY, Kind, Narrowing
from editorial.coverage_states import NONE, SHORT, THIN, State, state_of, supply_of
from editorial.models import CoverageLevels

if TYPE_CHECKING:
    from editorial.snapshots import Then


@dataclass
class Cell:
    """The figures of one stage and persona. None: not known yet; as `then`: not compared."""

    row: object
    column: object
    row_label: str
    column_label: str
    levels: CoverageLevels
    live: int = 0
    weak: int = 0
    drafts: int = 0
    planned: int = 0
    due: date | None = None  # when the first of the planned is
    contacts: int | None = None
    accounts: int | None = None
    weeks: float | None = None
    searches: int | None = None
    asked: int | None = None
    part: str = ""
    best: Standout | None = None
    worst: Standout | None = None
    then: "Then | None" = None
    is_compared: bool = True  # were its pieces compared with each other?

    @property
    def judged(self) -> bool:
        """Totals and what is unclassified are counted, not judged."""
        return isinstance(self.row, int) and isinstance(self.column, int)

    @property
    def state(self) -> State | None:
        if not self.judged:
            return None
        return state_of(self.live, self.levels)

    @property
    def supply(self) -> State | None:
        """Whether the weeks of unread supply last; None for totals, and where they are not known yet."""
        return supply_of(self.weeks, self.levels) if self.judged else None

    @property
    def few_readers(self) -> bool:
        """Is something live, but are there too few readers to say which piece does best?"""
        return self.judged and self.is_compared and self.best is None and self.live + self.weak > 0

    @property
    def wanting(self) -> bool:
        return self.state in (NONE, THIN)

    @property
    def wished(self) -> int:
        """How often readers looked in vain or customers asked, as far as anybody knows."""
        return (self.searches or 0) + (self.asked or 0)

    @property
    def query(self) -> str:
        """For the address of the lists behind the figures."""
        return f"stage={self.row}&persona={self.column}{self.part}"


@dataclass
class Row:
    key: object
    label: str
    cells: list[Cell]


@dataclass
class Table:
    """The whole map, and what it says first."""

    columns: list[str]
    rows: list[Row]
    contacts_known: bool
    levels: CoverageLevels
    judged: list[Cell] = field(default_factory=list)
    unmet: list | None = None  # [words, how often] of searches in vain by whomever; None: not known yet

    @property
    def empty(self) -> int:
        return sum(cell.state is NONE for cell in self.judged)

    @property
    def thin(self) -> int:
        return sum(cell.state is THIN for cell in self.judged)

    @property
    def short(self) -> int:
        """Cells whose readers will soon have read all there is."""
        return sum(cell.supply is SHORT for cell in self.judged)

    @property
    def searches_known(self) -> bool:
        return any(cell.searches is not None for cell in self.judged)

    @property
    def asked_known(self) -> bool:
        return any(cell.asked is not None for cell in self.judged)

    @property
    def gaps(self) -> list[Cell]:
        """What is wanting, the most urgent first: nothing before thin; then what is wished for most, then where most
        contacts are, then what nobody works on."""
        found = [cell for cell in self.judged if cell.wanting]
        return sorted(
            found, key=lambda cell: (cell.live, -cell.wished, -(cell.contacts or 0), cell.planned + cell.drafts)
        )

    @property
    def most_urgent(self) -> Cell | None:
        return next(iter(self.gaps), None)


def head_count(audience: dict | None) -> Counter | None:
    """{(row, column): contacts} from the port's answer, where a contact has one stage and at most one persona."""
    if audience is None:
        return None
    figures = Counter()
    for (stage, persona), known in audience.items():
        for row in (stage, ALL):
            for column in (NOBODY if persona is None else persona, ALL):
                figures[row, column] += known["contacts"]
    return figures


def table(part: Narrowing = ALL_OF_IT) -> Table:
    """The map of now, in a fixed number of queries."""
    levels = CoverageLevels.now()
    stages = {stage.pk: stage.name for stage in BuyingStage.objects.all()}
    personas = {persona.pk: persona.name for persona in Persona.objects.all()}
    kept = coverage_kept.figures(levels, part, personas)
    audience = ports.audience()
    columns = personas | {NOBODY: _("No persona")} | {ALL: _("All personas")}
    if not any(column == NOBODY for _row, column, _kind in kept.counted):
        del columns[NOBODY]
    heads = head_count(audience)
    rows = [
        Row(
            key,
            label,
            [_cell((key, label), one, levels, kept, heads, audience, part) for one in columns.items()],
        )
        for key, label in (stages | {NOBODY: _("Unclassified"), ALL: _("All stages")}).items()
    ]
    judged = [cell for row in rows for cell in row.cells if cell.judged]
    return Table(list(columns.values()), rows, heads is not None, levels, judged, kept.unmet)


def _cell(row, column, levels, kept, heads, audience, part) -> Cell:
    """`row` and `column` are (key, label). Accounts, weeks and searches are of single cells: they do not add up."""
    key = (row[0], column[0])
    live, weak, drafted, planned = (kept.counted[(*key, kind)] for kind in Kind)
    contacts = None if heads is None or row[0] == NOBODY else heads[key]
    known = (audience or {}).get((row[0], None if column[0] == NOBODY else column[0]), {})
    asked = None if kept.asked is None else kept.asked[key]
    return Cell(
        row[0], column[0], row[1], column[1], levels, live, weak, drafted, planned, kept.due.get(key),
        contacts, known.get("accounts"),
        known.get("weeks"), known.get("searches"), asked, part.query, is_compared=part.is_kept,
        **kept.standouts.get(key, {}),
    )  # fmt: skip
