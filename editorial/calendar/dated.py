"""What a card says of an entry or a page, read as plain values.

A month of a large plan has thousands of dates. To make a model's object of each, a Wagtail page's above all, takes many
times longer than to read them, so the calendar reads only the columns that it shows.
"""

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from wagtail.models import Site

from cms.models import AssetPage
from cms.models.pages import Format, ShelfLife
from editorial.models import Entry
from editorial.schedule import Step


@dataclass(slots=True)
class Person:
    first_name: str
    last_name: str
    username: str

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def __str__(self):
        return self.get_full_name() or self.username


@dataclass(slots=True)
class Piece:
    """A page as far as the calendar cares. `stage`: its name."""

    pk: int
    title: str
    format: str
    shelf_life: str
    live: bool
    expired: bool
    first_published_at: datetime | None
    expire_at: datetime | None
    review_by: date | None
    latest_revision_id: int | None
    url_path: str
    stage: str | None
    personas: tuple[str, ...] = ()

    def get_format_display(self):
        return Format(self.format).label

    def get_shelf_life_display(self):
        return ShelfLife(self.shelf_life).label

    @property
    def url(self) -> str:
        """Where readers find it, "" below no site."""
        for root in Site.get_site_root_paths():
            if self.url_path.startswith(root.root_path):
                return reverse("wagtail_serve", args=[self.url_path.removeprefix(root.root_path)])
        return ""


@dataclass(slots=True)
class Plan:
    """An entry as far as the calendar cares. `stage`: its name."""

    pk: int
    title: str
    step: str
    due_on: date | None
    review_on: date | None
    format: str
    shelf_life: str
    version: int
    stage: str | None
    assignee: Person | None = None
    page: Piece | None = None
    personas: tuple[str, ...] = ()

    @property
    def page_id(self) -> int | None:
        return self.page and self.page.pk

    def get_step_display(self):
        return Step(self.step).label

    def get_format_display(self):
        return Format(self.format).label

    def get_shelf_life_display(self):
        return ShelfLife(self.shelf_life).label


OF_PIECE = (*(one.name for one in fields(Piece)[:-2]), "primary_stage__name")
OF_PLAN = (*(one.name for one in fields(Plan)[:8]), "stage__name")
OF_PERSON = tuple(f"assignee__{one.name}" for one in fields(Person))
COLUMNS = (*OF_PLAN, "assignee_id", *OF_PERSON, *(f"page__{name}" for name in OF_PIECE))


def plans(entries: QuerySet) -> list[Plan]:
    """The entries of a queryset, one statement."""
    return [_plan(row) for row in entries.values_list(*COLUMNS)]


def pieces(pages: QuerySet) -> list[Piece]:
    """The pages of a queryset, one statement."""
    return [Piece(*row) for row in pages.values_list(*OF_PIECE)]


def any_of(queryset: QuerySet, *conditions) -> QuerySet:
    """Rows that meet any of the conditions, each looked for by its own index; what meets two comes twice."""
    arms = [queryset.order_by().filter(condition) for condition in conditions]
    return arms[0].union(*arms[1:], all=True)


def among(model, *conditions) -> Q:
    """The same as a condition: rows of the model that meet any of these."""
    return Q(pk__in=any_of(model.objects.values("pk"), *conditions))


def distinct(found: list) -> list:
    """Each once."""
    return list({one.pk: one for one in found}.values())


def name_personas(found: list[Plan] | list[Piece]) -> None:
    """Fill in for whom each is, in one statement for all of them."""
    if not found:
        return
    model, key = (Entry, "entry_id") if isinstance(found[0], Plan) else (AssetPage, "assetpage_id")
    rows = model.personas.through.objects.filter(**{f"{key}__in": {one.pk for one in found}}).order_by("persona__name")
    names = defaultdict(tuple)
    for pk, name in rows.values_list(key, "persona__name"):
        names[pk] += (name,)
    for one in found:
        one.personas = names[one.pk]


def _plan(row: tuple) -> Plan:
    plan, (assignee, *names), page = row[:9], row[9:13], row[13:]
    return Plan(*plan, Person(*names) if assignee else None, Piece(*page) if page[0] else None)
