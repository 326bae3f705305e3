"""What the pieces of a time say of themselves, counted for the mix.

A plan counts as what it says; where it says nothing, as what its page says. Without a medium either has the one that
its format most often has. Stage and personas are those of the plan, or of a page that nobody planned; a page for all
personas counts at each.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import BigIntegerField, Case, Count, F, QuerySet, Value, When
from django.db.models.functions import Coalesce, NullIf

from cms.models import AssetPage, Persona
from cms.models.pages import MEDIUM_OF, Medium
from editorial.calendar import rows
from editorial.calendar.span import Span
from editorial.models import Entry
from editorial.models.mix import DIMENSIONS

UNSAID = ("approach", "length", "medium")  # what a plan or page may leave open
KEYS = (*DIMENSIONS, "stage")  # of which a piece has one value each
NAMES = tuple(f"is_{key}" for key in KEYS)
EVERYBODY = 0  # no persona has this key


@dataclass
class Counted:
    """Pieces by their kind, {(a value for each of KEYS): how many}, and by persona, "" for none; each once in all."""

    kinds: Counter = field(default_factory=Counter)
    personas: Counter = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.kinds.total()

    def add(self, persona: int | None, number: int, everybody: Iterable[int]) -> None:
        """So many pieces more for a persona, None: nobody said for whom, or EVERYBODY."""
        for one in everybody if persona == EVERYBODY else [persona]:
            self.personas[as_value(one)] += number

    def __add__(self, other: "Counted") -> "Counted":
        return Counted(self.kinds + other.kinds, self.personas + other.personas)


def as_value(key: int | None) -> str:
    """A row's key as a value of a dimension."""
    return "" if key is None else str(key)


def of_calendar(
    entries: QuerySet, pages: QuerySet, span: Span, waiting: dict[int, datetime], *, by_persona: bool = False
) -> Counted:
    """What is planned for, or goes or went live in these days: entries, and pages without one. Two queries; three more
    with the personas."""
    planned = rows.due_or_live(told(entries), span, waiting)
    unplanned = rows.unplanned_live(told(pages, alone=True), span, waiting)
    found = Counted(by_kind(planned) + by_kind(unplanned))
    if by_persona:
        here = Entry.objects.filter(pk__in=rows.due_or_live(entries, span, waiting).values("pk"))
        alone = AssetPage.objects.filter(pk__in=rows.unplanned_live(pages, span, waiting).values("pk"))
        everybody = list(Persona.objects.values_list("pk", flat=True))
        for whose in (for_whom(here), for_whom(alone)):
            for persona, number in whose.order_by().values_list("whom").annotate(number=Count("pk", distinct=True)):
                found.add(persona, number, everybody)
    return found


def by_kind(found: QuerySet) -> Counter:
    """{(a value for each of KEYS): how many}. One query."""
    kinds = Counter(found.values_list(*NAMES))
    return Counter({(*values, as_value(stage)): number for (*values, stage), number in kinds.items()})


def for_whom(found: QuerySet) -> QuerySet:
    """With `whom`: a row for each persona that a piece is for, EVERYBODY, or None where it does not say."""
    if found.model is not AssetPage:
        return found.annotate(whom=F("personas"))
    return found.annotate(
        whom=Case(
            When(for_all_personas=True, then=Value(EVERYBODY)), default=F("personas"), output_field=BigIntegerField()
        )
    )


def told(queryset: QuerySet, *, alone: bool = False) -> QuerySet:
    """Entries or pages with what they say of each of DIMENSIONS, as `is_approach` and so on; `alone`: without asking
    the other of the two, which pages that nobody planned do not have."""
    other = "entry" if queryset.model is AssetPage else "page"
    values = {}
    for key in DIMENSIONS:
        values[f"is_{key}"] = F(key)
        if key in UNSAID:
            said = [NullIf(F(name), Value("")) for name in (key, *([] if alone else [f"{other}__{key}"]))]
            values[f"is_{key}"] = Coalesce(*said, _of_format() if key == "medium" else Value(""))
    return queryset.annotate(**values, is_stage=F("primary_stage" if queryset.model is AssetPage else "stage"))


def having(queryset: QuerySet, key: str, wanted: list[str]) -> QuerySet:
    """The entries or pages that say one of these of a dimension; "" is: nothing."""
    found = told(queryset.model.objects.all()).filter(**{f"is_{key}__in": wanted}).order_by()
    return queryset.filter(pk__in=found.values("pk"))


def _of_format():
    usual = [When(format=format_, then=Value(medium)) for format_, medium in MEDIUM_OF.items()]
    return Case(*usual, default=Value(Medium.TEXT.value))
