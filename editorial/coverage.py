"""The coverage map: for each buying stage and persona, what is live, drafted and planned, and who is there now.

A piece counts at its primary stage. One for several personas counts in each of their columns, one for all personas in
every column; the column "All" and the row "All stages" count each piece once. Internal sales notes do not count: no
buyer reads them. A live piece that is past its review date or low-rated stands apart: it does not fill a cell.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from cms import clock, ports
from cms.feedback.models import Rating
from cms.models import AssetPage, BuyingStage, Persona, Topic
from cms.models.pages import Audience
from editorial.coverage_states import NONE, SHORT, THIN, State, state_of, supply_of
from editorial.models import CoverageLevels, Entry
from editorial.schedule import OPEN

if TYPE_CHECKING:
    from editorial.snapshots import Then

ALL, NOBODY = "all", "none"  # columns beside the personas; ALL is also the row of totals, NOBODY the unclassified row
EVERYBODY = "everybody"  # what is for all personas stands in each of their columns


class Kind(StrEnum):
    LIVE, WEAK, DRAFT, PLANNED = "live", "weak", "draft", "planned"


class Group(NamedTuple):
    """So many pieces or plans of one kind at a stage (None: unclassified) and persona, or ALL, NOBODY, EVERYBODY."""

    kind: Kind
    stage: int | None
    column: int | str
    number: int


@dataclass(frozen=True)
class Narrowing:
    """The part of the plan that the map is about: one topic, one format, or all."""

    topic: Topic | None = None
    format: str = ""

    def narrow(self, queryset: QuerySet) -> QuerySet:
        """Pieces or entries of that part."""
        if self.topic:
            through = "tagged_topics__tag" if queryset.model is AssetPage else "topics"
            found = queryset.model.objects.filter(**{through: self.topic}).order_by().values("pk")
            queryset = queryset.filter(pk__in=found)
        return queryset.filter(format=self.format) if self.format else queryset

    @property
    def query(self) -> str:
        """For an address, with "&" in front; empty when it is about all."""
        return (f"&topic={self.topic.pk}" if self.topic else "") + (f"&format={self.format}" if self.format else "")


ALL_OF_IT = Narrowing()


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
    contacts: int | None = None
    accounts: int | None = None
    weeks: float | None = None
    part: str = ""
    then: "Then | None" = None

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
    def wanting(self) -> bool:
        return self.state in (NONE, THIN)

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
    def most_urgent(self) -> Cell | None:
        """The gap where most contacts are; without contacts the first one that nobody works on."""
        gaps = [cell for cell in self.judged if cell.wanting]
        return min(gaps, key=lambda cell: (cell.live, -(cell.contacts or 0), cell.planned + cell.drafts), default=None)


def count(groups: Iterable[Group], personas: Iterable[int]) -> Counter:
    """{(row, column, kind): n}. Pure. Rows: stage ids, NOBODY for none, ALL; columns: personas, NOBODY, ALL."""
    everybody = tuple(personas)
    figures = Counter()
    for group in groups:
        columns = everybody if group.column == EVERYBODY else (group.column,)
        for column in columns:
            for row in (NOBODY if group.stage is None else group.stage, ALL):
                figures[row, column, group.kind] += group.number
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


def table(part: Narrowing = ALL_OF_IT) -> Table:
    """The map of now, in a fixed number of queries."""
    levels = CoverageLevels.now()
    stages = {stage.pk: stage.name for stage in BuyingStage.objects.all()}
    personas = {persona.pk: persona.name for persona in Persona.objects.all()}
    figures = count(groups(levels, part), personas)
    audience = ports.audience()
    columns = personas | {NOBODY: _("No persona")} | {ALL: _("All personas")}
    if not any(column == NOBODY for _row, column, _kind in figures):
        del columns[NOBODY]
    heads = head_count(audience)
    rows = [
        Row(
            key,
            label,
            [_cell((key, label), one, levels, figures, heads, audience, part.query) for one in columns.items()],
        )
        for key, label in (stages | {NOBODY: _("Unclassified"), ALL: _("All stages")}).items()
    ]
    judged = [cell for row in rows for cell in row.cells if cell.judged]
    return Table(list(columns.values()), rows, heads is not None, levels, judged)


def groups(levels: CoverageLevels, part: Narrowing = ALL_OF_IT) -> list[Group]:
    """How many pieces and plans of each kind stand where, counted by the database in four statements."""
    kind = Case(
        When(live=False, then=Value(Kind.DRAFT)), When(_weak(levels), then=Value(Kind.WEAK)), default=Value(Kind.LIVE)
    )
    pages = part.narrow(live_pieces() | drafts()).order_by().annotate(kind=kind)
    planned = part.narrow(plans()).order_by().annotate(kind=Value(Kind.PLANNED), for_all_personas=Value(False))
    return [
        *_grouped(pages, "primary_stage", AssetPage.personas.through.objects.filter(assetpage=OuterRef("pk"))),
        *_grouped(planned, "stage", Entry.personas.through.objects.filter(entry=OuterRef("pk"))),
    ]


def _grouped(queryset: QuerySet, stage: str, addressed: QuerySet) -> Iterator[Group]:
    """Pieces or plans, with `kind`: each once in all, and at every persona that it is for."""
    once = queryset.annotate(addressed=Exists(addressed))
    for kind, at, for_all, named, number in once.values_list("kind", stage, "for_all_personas", "addressed").annotate(
        number=Count("pk")
    ):
        yield Group(Kind(kind), at, ALL, number)
        if for_all or not named:
            yield Group(Kind(kind), at, EVERYBODY if for_all else NOBODY, number)
    each = queryset.filter(for_all_personas=False, personas__isnull=False).values_list("kind", stage, "personas")
    for kind, at, persona, number in each.annotate(number=Count("pk")):
        yield Group(Kind(kind), at, persona, number)


def live_pieces() -> QuerySet:
    """What readers find now, good or not."""
    return AssetPage.objects.filter(live=True).exclude(audience=Audience.SALES_ONLY)


def weak_pieces(levels: CoverageLevels) -> QuerySet:
    """Live pieces past their review date, or low-rated by enough readers."""
    return live_pieces().filter(_weak(levels))


def _weak(levels: CoverageLevels) -> Q:
    today = timezone.localdate(clock.now())
    is_stale = Q(review_by__lt=today) | Q(pk__in=Entry.objects.filter(review_on__lt=today).values("page"))
    rated = Rating.objects.order_by().values("asset").annotate(all=Count("pk"), useful=Count("pk", filter=Q(value=1)))
    low = rated.filter(all__gte=levels.rated_by, useful__lt=F("all") * levels.useful_percent / 100.0)
    return is_stale | Q(pk__in=low.values("asset"))


def good_pieces(levels: CoverageLevels) -> QuerySet:
    """Live pieces that fill a cell."""
    return live_pieces().exclude(pk__in=weak_pieces(levels).order_by().values("pk"))


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


def _cell(row, column, levels, figures, heads, audience, part) -> Cell:
    """`row` and `column` are (key, label). Accounts and weeks are said of single cells only: they do not add up."""
    key = (row[0], column[0])
    live, weak, drafted, planned = (figures[(*key, kind)] for kind in Kind)
    contacts = None if heads is None or row[0] == NOBODY else heads[key]
    known = (audience or {}).get((row[0], None if column[0] == NOBODY else column[0]), {})
    return Cell(
        row[0], column[0], row[1], column[1], levels, live, weak, drafted, planned, contacts,
        known.get("accounts"), known.get("weeks"), part,
    )  # fmt: skip
