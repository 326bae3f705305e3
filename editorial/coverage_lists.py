"""Which pieces and plans the coverage map counts, and those of one of its figures.

Internal sales notes do not count: no buyer reads them. A live piece that is past its review date or low-rated is weak.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db.models import F, Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms import clock
from cms.models import AssetPage, Topic
from cms.models.pages import Audience
from editorial.models import CoverageLevels, Entry
from editorial.schedule import OPEN

ALL, NOBODY = "all", "none"  # columns beside the personas; ALL is also the row of totals, NOBODY the unclassified row


class Kind(StrEnum):
    LIVE, WEAK, DRAFT, PLANNED = "live", "weak", "draft", "planned"


class Age(TextChoices):
    """How long ago a live piece was published, or published anew."""

    FRESH = "fresh", _("Under 3 months")
    YEAR = "year", _("3 to 12 months")
    OLD = "old", _("Over a year")


@dataclass(frozen=True)
class Narrowing:
    """The part of the plan that the map is about: one topic, one format, one shelf life, live pieces of one age, or
    all."""

    topic: Topic | None = None
    format: str = ""
    shelf_life: str = ""
    age: str = ""

    @property
    def is_kept(self) -> bool:
        """Is it a part that the worker counts ahead?"""
        return not (self.shelf_life or self.age)

    def narrow(self, queryset: QuerySet) -> QuerySet:
        """Pieces or entries of that part."""
        if self.topic:
            through = "tagged_topics__tag" if queryset.model is AssetPage else "topics"
            found = queryset.model.objects.filter(**{through: self.topic}).order_by().values("pk")
            queryset = queryset.filter(pk__in=found)
        for name in ("format", "shelf_life"):
            if value := getattr(self, name):
                queryset = queryset.filter(**{name: value})
        if self.age and queryset.model is AssetPage:
            queryset = queryset.filter(Q(live=False) | of_age(self.age))  # drafts have no age, as plans have none
        return queryset

    @property
    def query(self) -> str:
        """For an address, with "&" in front; empty when it is about all."""
        said = {"topic": self.topic and self.topic.pk, "format": self.format, "shelf_life": self.shelf_life}
        return "".join(f"&{name}={value}" for name, value in (said | {"age": self.age}).items() if value)


def of_age(age: str) -> Q:
    """Which pieces are that old."""
    now = clock.now()
    quarter, year = now - timedelta(days=91), now - timedelta(days=365)
    last = "last_published_at"
    return {
        Age.FRESH: Q(**{f"{last}__gt": quarter}),
        Age.YEAR: Q(**{f"{last}__gt": year, f"{last}__lte": quarter}),
        Age.OLD: Q(**{f"{last}__lte": year}) | Q(**{last: None}),  # of before anybody kept it
    }[Age(age)]


ALL_OF_IT = Narrowing()


def live_pieces() -> QuerySet:
    """What readers find now, good or not."""
    return AssetPage.objects.filter(live=True).exclude(audience=Audience.SALES_ONLY)


def weak_pieces(levels: CoverageLevels) -> QuerySet:
    """Live pieces past their review date, or low-rated by enough readers."""
    return live_pieces().filter(weak(levels))


def weak(levels: CoverageLevels) -> Q:
    """Which live pieces are weak."""
    today = timezone.localdate(clock.now())
    is_stale = Q(review_by__lt=today) | Q(entry__review_on__lt=today)
    share = F("rating_tally__total") * levels.useful_percent / 100.0
    return is_stale | Q(rating_tally__total__gte=levels.rated_by, rating_tally__useful__lt=share)


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
