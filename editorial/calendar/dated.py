"""What a card says of an entry or a page, read as plain values.

A month of a large plan has thousands of dates. To make a model's object of each, a Wagtail page's above all, takes many
times longer than to read them, so the calendar reads only the columns that it shows.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse
from wagtail.models import Site

from cms.models import AssetPage
from cms.models.pages import Format, ShelfLife
from editorial.models import Entry
from editorial.schedule import Step


@dataclass(slots=True)
class Person:
    pk: int
    first_name: str
    last_name: str
    username: str

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def __str__(self):
        return self.get_full_name() or self.username


@dataclass(slots=True)
class Piece:
    """A page as far as the calendar cares. Its first fields say on which days it stands; `complete` reads the rest."""

    pk: int
    title: str
    live: bool
    expired: bool
    first_published_at: datetime | None
    expire_at: datetime | None
    review_by: date | None
    format: str = ""
    shelf_life: str = ""
    latest_revision_id: int | None = None
    url_path: str = ""
    stage: str | None = None  # its name
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
    """An entry as far as the calendar cares, read in the same two parts."""

    pk: int
    title: str
    step: str
    due_on: date | None
    review_on: date | None
    place: int | None
    page: Piece | None
    format: str = ""
    shelf_life: str = ""
    version: int = 0
    stage: str | None = None
    assignee: Person | None = None
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


OF_PIECE = tuple(one.name for one in fields(Piece)[:7])
OF_PLAN = tuple(one.name for one in fields(Plan)[:6])
MORE_OF_PIECE = ("format", "shelf_life", "latest_revision_id", "url_path", "primary_stage__name")
MORE_OF_PLAN = ("format", "shelf_life", "version", "stage__name")
OF_PERSON = ("assignee_id", *(f"assignee__{one.name}" for one in fields(Person)[1:]))


def plans(entries: QuerySet) -> list[Plan]:
    """The entries of a queryset with the days they stand on, one statement."""
    rows = entries.values_list(*OF_PLAN, *(f"page__{name}" for name in OF_PIECE))
    return [Plan(*row[:6], Piece(*row[6:]) if row[6] else None) for row in rows]


def pieces(pages: QuerySet) -> list[Piece]:
    """The pages of a queryset with the days they stand on, one statement."""
    return [Piece(*row) for row in pages.values_list(*OF_PIECE)]


def complete(found: Iterable[Plan | Piece | None]) -> None:
    """Read what a card says beyond its days, of those that are shown: a statement for entries, one for pages."""
    plans_, pieces_ = defaultdict(list), defaultdict(list)
    for one in found:
        if isinstance(one, Plan):
            plans_[one.pk].append(one)
        if isinstance(page := one.page if isinstance(one, Plan) else one, Piece):
            pieces_[page.pk].append(page)
    rows = Entry.objects.filter(pk__in=plans_).values_list("pk", *MORE_OF_PLAN, *OF_PERSON)
    for pk, format_, shelf_life, version, stage, *person in rows if plans_ else ():
        for plan in plans_[pk]:
            plan.format, plan.shelf_life, plan.version, plan.stage = format_, shelf_life, version, stage
            plan.assignee = Person(*person) if person[0] else None
    for pk, *values in AssetPage.objects.filter(pk__in=pieces_).values_list("pk", *MORE_OF_PIECE) if pieces_ else ():
        for page in pieces_[pk]:
            page.format, page.shelf_life, page.latest_revision_id, page.url_path, page.stage = values


def any_of(queryset: QuerySet, *conditions) -> QuerySet:
    """Rows that meet any of the conditions, each looked for by its own index; what meets two comes twice."""
    arms = [queryset.order_by().filter(condition) for condition in conditions]
    return arms[0].union(*arms[1:], all=True)


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
