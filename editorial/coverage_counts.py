"""Counting the coverage map now, by the database: right at once, but it reads every piece (`coverage_kept.py`)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import Case, Count, Exists, Min, OuterRef, QuerySet, Value, When

from cms.models import AssetPage
from editorial.coverage_lists import ALL, ALL_OF_IT, NOBODY, Kind, Narrowing, drafts, live_pieces, plans, weak
from editorial.models import CoverageLevels, Entry

EVERYBODY = "everybody"  # what is for all personas stands in each of their columns


class Group(NamedTuple):
    """So many pieces or plans of one kind at a stage (None: unclassified) and persona, or ALL, NOBODY, EVERYBODY."""

    kind: Kind
    stage: int | None
    column: int | str
    number: int
    due: date | None = None  # the first of the plans


def count(groups: Iterable[Group], personas: Iterable[int]) -> Counter:
    """{(row, column, kind): n}. Pure. Rows: stage ids, NOBODY for none, ALL; columns: personas, NOBODY, ALL."""
    figures = Counter()
    for group, row, column in _placed(groups, tuple(personas)):
        figures[row, column, group.kind] += group.number
    return figures


def first_due(groups: Iterable[Group], personas: Iterable[int]) -> dict[tuple, date]:
    """{(row, column): the day on which the first of its plans is due}. Pure."""
    found = {}
    for group, row, column in _placed(groups, tuple(personas)):
        if group.due:
            found[row, column] = min(group.due, found.get((row, column), group.due))
    return found


def _placed(groups: Iterable[Group], everybody: tuple[int, ...]) -> Iterator[tuple]:
    """Each group with every row and column in which it counts."""
    for group in groups:
        columns = everybody if group.column == EVERYBODY else (group.column,)
        for column in columns:
            for row in (NOBODY if group.stage is None else group.stage, ALL):
                yield group, row, column


def groups(levels: CoverageLevels, part: Narrowing = ALL_OF_IT) -> list[Group]:
    """How many pieces and plans of each kind stand where, counted by the database in four statements."""
    pages = part.narrow(pieces(levels))
    planned = part.narrow(plans()).order_by().annotate(kind=Value(Kind.PLANNED), for_all_personas=Value(False))
    return [
        *_grouped(pages, "primary_stage", AssetPage.personas.through.objects.filter(assetpage=OuterRef("pk"))),
        *_grouped(planned, "stage", Entry.personas.through.objects.filter(entry=OuterRef("pk"))),
    ]


def pieces(levels: CoverageLevels) -> QuerySet:
    """Live pieces and drafts, each with its `kind`."""
    kind = Case(
        When(live=False, then=Value(Kind.DRAFT)), When(weak(levels), then=Value(Kind.WEAK)), default=Value(Kind.LIVE)
    )
    return (live_pieces() | drafts()).order_by().annotate(kind=kind)


def _grouped(queryset: QuerySet, stage: str, addressed: QuerySet) -> Iterator[Group]:
    """Pieces or plans, with `kind`: each once in all, and at every persona that it is for."""
    counted = {"number": Count("pk")} | ({"due": Min("due_on")} if queryset.model is Entry else {})
    once = queryset.annotate(addressed=Exists(addressed)).values_list("kind", stage, "for_all_personas", "addressed")
    for kind, at, for_all, named, *figures in once.annotate(**counted):
        yield Group(Kind(kind), at, ALL, *figures)
        if for_all or not named:
            yield Group(Kind(kind), at, EVERYBODY if for_all else NOBODY, *figures)
    each = queryset.filter(for_all_personas=False, personas__isnull=False).values_list("kind", stage, "personas")
    for kind, at, persona, *figures in each.annotate(**counted):
        yield Group(Kind(kind), at, persona, *figures)
