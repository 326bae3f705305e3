"""Counting the coverage map now, by the database: right at once, but it reads every piece (`coverage_kept.py`)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db.models import Case, Count, Exists, OuterRef, QuerySet, Value, When

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
