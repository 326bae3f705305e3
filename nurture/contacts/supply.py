"""How many weeks the readers of a stage and persona can still go on before they have read what is there for them.

    weeks = median over the cell's readers of (pieces of the cell they have not read) / (pieces one reads a week)

A cell's readers are the contacts who are at that stage and of that persona now, took in something in the last 90 days
and are neither made up, our own nor erased. Pieces of the cell are live, not for sales only, made first of all for
the stage, and for the persona or for all. Each piece counts once a reader, whenever they read it; their pace is the
number of different pieces, of any cell, that they took in within the 90 days. With fewer than
five readers it is not known.

Beside them stands demand: how many searches of the site by people who are there now found nothing in those 90 days.

Counted as a whole each time and never added up, so a replay, a changed verdict and an erased person come out right.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from itertools import product

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from cms import clock
from cms.models import AssetPage, BuyingStage, Persona
from cms.models.pages import Audience
from nurture.contacts.models import CellSupply, Contact, Engagement
from tracking.kinds import READING_KINDS
from tracking.models import Event

LATELY_DAYS = 90
FEWEST_READERS = 5
AGAIN_AFTER = timedelta(hours=1)

Cell = tuple[int, int]  # stage id, persona id
Alike = tuple[int, int, int]  # pieces taken in lately, pieces of the cell ever read, how many readers like this


def refresh(hurry: bool = False) -> int:
    """Count every stage and persona again if the last time is an hour ago, or in a hurry; how many cells. The loop.

    Six statements read and one writes, however many people and pieces. Two workers write the same.
    """
    now = clock.now()
    if not hurry and CellSupply.objects.filter(counted_at__gt=now - AGAIN_AFTER).exists():
        return 0
    cells = list(
        product(*(model.objects.order_by("pk").values_list("pk", flat=True) for model in (BuyingStage, Persona)))
    )
    served, readers, searched = _served(), _readers(), _searched()
    rows = [
        CellSupply(
            stage_id=stage,
            persona_id=persona,
            weeks=weeks(served[stage, None] + served[stage, persona], readers[stage, persona]),
            readers=sum(number for _lately, _read, number in readers[stage, persona]),
            searches=None if searched is None else searched.get((stage, persona), 0),
            counted_at=now,
        )
        for stage, persona in cells
    ]
    with transaction.atomic():
        CellSupply.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["stage", "persona"],
            update_fields=["weeks", "readers", "searches", "counted_at"],
        )
    return len(rows)


def weeks(pieces: int, readers: Iterable[Alike]) -> float | None:
    """Weeks until the middle reader has read all `pieces`, to a tenth; None with fewer than five readers. Pure."""
    readers = list(readers)
    number = sum(alike for _lately, _read, alike in readers)
    if number < FEWEST_READERS:
        return None
    a_week = sum(lately * alike for lately, _read, alike in readers) / number / (LATELY_DAYS / 7)
    unread: dict[int, int] = defaultdict(int)
    for _lately, read, alike in readers:
        unread[max(pieces - read, 0)] += alike
    return round(_median(unread, number) / a_week, 1)


def _median(numbers: dict[int, int], count: int) -> float:
    """Of values that occur so often each: {value: how often}, `count` in all."""
    middle = {(count - 1) // 2: 0, count // 2: 0}
    passed = 0
    for value in sorted(numbers):
        for place in middle:
            if passed <= place < passed + numbers[value]:
                middle[place] = value
        passed += numbers[value]
    return sum(middle.values()) / len(middle)


def _served() -> dict[tuple[int, int | None], int]:
    """How many pieces there are for each (stage, persona), and for all personas of a stage (None). Two queries."""
    there = AssetPage.objects.filter(live=True, primary_stage__isnull=False).exclude(audience=Audience.SALES_ONLY)
    named = (
        there.filter(for_all_personas=False, personas__isnull=False).order_by().values_list("primary_stage", "personas")
    )
    found: dict[tuple[int, int | None], int] = defaultdict(int)
    for stage, persona, number in named.annotate(number=Count("pk", distinct=True)):
        found[stage, persona] = number
    for_all = there.filter(for_all_personas=True).order_by().values_list("primary_stage")
    for stage, number in for_all.annotate(number=Count("pk")):
        found[stage, None] = number
    return found


def _readers() -> dict[Cell, list[Alike]]:
    """Each cell's readers, those alike counted together, so that it stays small at a million of them. One query."""
    people = Contact.objects.filter(
        stage__isnull=False, persona__isnull=False, synthetic=False, internal=False, erased_at=None
    )
    mine = Engagement.objects.filter(contact=OuterRef("pk"), human=True, kind__in=READING_KINDS, asset__isnull=False)
    lately = mine.filter(occurred_at__gt=clock.now() - timedelta(days=LATELY_DAYS), occurred_at__lte=clock.now())
    for_them = Q(asset__for_all_personas=True) | Q(asset__personas=OuterRef("persona"))
    of_cell = mine.filter(
        for_them,
        asset__live=True,
        asset__primary_stage=OuterRef("stage"),
        asset__audience__in=[one for one in Audience.values if one != Audience.SALES_ONLY],
    )
    people = people.annotate(lately=_different(lately), read=_different(of_cell)).filter(lately__gt=0).order_by()
    found: dict[Cell, list[Alike]] = defaultdict(list)
    rows = people.values_list("stage_id", "persona_id", "lately", "read").annotate(number=Count("pk"))
    for stage, persona, *alike in rows.iterator():
        found[stage, persona].append(tuple(alike))
    return found


def _searched() -> dict[Cell, int] | None:
    """Searches in vain of each cell's people, as far as we know who searched; None: nobody we know did. One query."""
    since = clock.now() - timedelta(days=LATELY_DAYS)
    asked = Event.objects.filter(kind="site_searched", occurred_at__gt=since, occurred_at__lte=clock.now())
    found = Engagement.objects.filter(event_uuid__in=asked.values("uuid"), human=True)
    people = {"contact__synthetic": False, "contact__internal": False, "contact__erased_at": None}
    rows = found.filter(**people).order_by().values_list("contact__stage", "contact__persona")
    counted = list(rows.annotate(empty=Count("pk", filter=Q(properties__results=0))))
    return {(stage, persona): empty for stage, persona, empty in counted} if counted else None


def _different(engagements: QuerySet[Engagement]) -> Coalesce:
    """How many different pieces these are."""
    counted = engagements.order_by().values("contact").annotate(n=Count("asset", distinct=True)).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
