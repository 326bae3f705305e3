"""The coverage map: for each buying stage and persona, what is live, drafted and planned, and who is there now.

A piece counts at its primary stage. One for several personas counts in each of their columns, one for all personas in
every column; the column "All" and the row "All stages" count each piece once. Internal sales notes do not count: no
buyer reads them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import ports
from cms.models import AssetPage, BuyingStage, Persona
from cms.models.pages import Audience
from editorial.models import Entry
from editorial.schedule import OPEN

ENOUGH_FROM = 3  # live pieces; fewer are thin, none is a gap
ALL, NOBODY = "all", "none"  # columns beside the personas; ALL is also the row of totals, NOBODY the unclassified row


class Kind(StrEnum):
    LIVE, DRAFT, PLANNED = "live", "draft", "planned"


@dataclass(frozen=True)
class Item:
    """A piece or a plan as far as the map cares. `stage` None: unclassified."""

    kind: Kind
    stage: int | None
    personas: frozenset[int] = frozenset()
    for_all: bool = False


@dataclass(frozen=True)
class State:
    """How well a cell is covered: never by colour alone, so a word and an icon too."""

    key: str
    word: str
    icon: str


NONE = State("none", gettext_lazy("None"), "circle-xmark")
THIN = State("thin", gettext_lazy("Thin"), "warning")
ENOUGH = State("enough", gettext_lazy("Enough"), "circle-check")


@dataclass
class Cell:
    """The figures of one stage and persona. `contacts` None: not known yet."""

    row: object
    column: object
    row_label: str
    column_label: str
    live: int = 0
    drafts: int = 0
    planned: int = 0
    contacts: int | None = None

    @property
    def judged(self) -> bool:
        """Totals and what is unclassified are counted, not judged."""
        return isinstance(self.row, int) and isinstance(self.column, int)

    @property
    def state(self) -> State | None:
        if not self.judged:
            return None
        return NONE if self.live == 0 else THIN if self.live < ENOUGH_FROM else ENOUGH

    @property
    def wanting(self) -> bool:
        return self.state in (NONE, THIN)

    @property
    def query(self) -> str:
        """For the address of the lists behind the figures."""
        return f"stage={self.row}&persona={self.column}"


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
    judged: list[Cell] = field(default_factory=list)

    @property
    def empty(self) -> int:
        return sum(cell.state is NONE for cell in self.judged)

    @property
    def thin(self) -> int:
        return sum(cell.state is THIN for cell in self.judged)

    @property
    def most_urgent(self) -> Cell | None:
        """The gap where most contacts are; without contacts the first one that nobody works on."""
        gaps = [cell for cell in self.judged if cell.wanting]
        return min(gaps, key=lambda cell: (cell.live, -(cell.contacts or 0), cell.planned + cell.drafts), default=None)


def count(items: Iterable[Item], personas: Iterable[int]) -> Counter:
    """{(row, column, kind): n}. Pure. Rows: stage ids, NOBODY for none, ALL; columns: personas, NOBODY, ALL."""
    everybody = frozenset(personas)
    figures = Counter()
    for item in items:
        row = NOBODY if item.stage is None else item.stage
        columns = everybody if item.for_all else item.personas or {NOBODY}
        for column in (*columns, ALL):
            figures[row, column, item.kind] += 1
            figures[ALL, column, item.kind] += 1
    return figures


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


def table() -> Table:
    """The map of now, in a fixed number of queries."""
    stages = {stage.pk: stage.name for stage in BuyingStage.objects.all()}
    personas = {persona.pk: persona.name for persona in Persona.objects.all()}
    figures = count(items(), personas)
    heads = head_count(ports.audience())
    columns = personas | {NOBODY: _("No persona")} | {ALL: _("All personas")}
    if not any(column == NOBODY for _row, column, _kind in figures):
        del columns[NOBODY]
    rows = [
        Row(key, label, [_cell(key, label, column, name, figures, heads) for column, name in columns.items()])
        for key, label in (stages | {NOBODY: _("Unclassified"), ALL: _("All stages")}).items()
    ]
    judged = [cell for row in rows for cell in row.cells if cell.judged]
    return Table(list(columns.values()), rows, heads is not None, judged)


def items() -> list[Item]:
    """Every piece and plan that counts, in four queries."""
    pages = (live_pieces() | drafts()).values_list("pk", "live", "primary_stage_id", "for_all_personas")
    readers = _grouped(AssetPage.personas.through.objects.values_list("assetpage_id", "persona_id"))
    wanted = _grouped(Entry.personas.through.objects.values_list("entry_id", "persona_id"))
    return [
        *(
            Item(Kind.LIVE if live else Kind.DRAFT, stage, readers[pk], for_all)
            for pk, live, stage, for_all in pages.order_by()
        ),
        *(Item(Kind.PLANNED, stage, wanted[pk]) for pk, stage in plans().order_by().values_list("pk", "stage_id")),
    ]


def live_pieces() -> QuerySet:
    return AssetPage.objects.filter(live=True).exclude(audience=Audience.SALES_ONLY)


def drafts() -> QuerySet:
    """Pages on their way to readers: never published, or taken back while their entry is still open. Not: retired."""
    on_the_way = Q(first_published_at=None) | Q(entry__step__in=OPEN)
    return AssetPage.objects.filter(on_the_way, live=False).exclude(audience=Audience.SALES_ONLY)


def plans() -> QuerySet:
    """Open entries that have no page yet."""
    return Entry.objects.filter(page=None, step__in=OPEN)


def at(queryset: QuerySet, row: str, column: str) -> QuerySet:
    """The part of pieces or plans that one figure of the map counts; `row` and `column` as in its address."""
    is_page = queryset.model is AssetPage
    stage = "primary_stage" if is_page else "stage"
    if row != ALL:
        queryset = queryset.filter(**{stage: None if row == NOBODY else row})
    for_all = Q(for_all_personas=True) if is_page else Q()
    if column == NOBODY:
        return queryset.filter(personas=None).exclude(for_all) if is_page else queryset.filter(personas=None)
    if column != ALL:
        return queryset.filter(_for_persona(column) | for_all) if is_page else queryset.filter(personas=column)
    return queryset


def _for_persona(key: str) -> Q:
    """By subquery: a join would double pieces for several personas."""
    return Q(pk__in=AssetPage.personas.through.objects.filter(persona_id=key).values("assetpage_id"))


def _grouped(pairs) -> dict[int, frozenset[int]]:
    """(owner, member) pairs as members by owner; an owner without any has none."""
    members = defaultdict(frozenset)
    for owner, member in pairs:
        members[owner] |= {member}
    return members


def _cell(row, row_label, column, column_label, figures, heads) -> Cell:
    live, drafted, planned = (figures[row, column, kind] for kind in Kind)
    contacts = None if heads is None or row == NOBODY else heads[row, column]
    return Cell(row, column, row_label, column_label, live, drafted, planned, contacts)
