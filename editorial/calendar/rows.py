"""Which rows a screen of the calendar reads: each function one query, however many rows there are."""

from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from wagtail.models import Page, Revision

from cms.models import AssetPage
from editorial.calendar.span import Span
from editorial.models import Entry
from editorial.schedule import OPEN, Step

LANE_HOLDS, COLUMN_HOLDS = 50, 50
ON_THEIR_WAY = (Step.SCHEDULED, Step.PUBLISHED)  # their date is the page's, not the plan's
UNDER_WAY = tuple(step for step in OPEN if step not in ON_THEIR_WAY)


def waiting() -> dict[int, datetime]:
    """When each page that waits for its publication goes live, by page id."""
    revisions = Revision.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page), approved_go_live_at__isnull=False
    )
    return {int(pk): at for pk, at in revisions.values_list("object_id", "approved_go_live_at")}


def between(entries: QuerySet, span: Span, waiting: dict[int, datetime]) -> QuerySet:
    """Entries with any date in the span."""
    begin, end = span.moments
    days = (span.first, span.last)
    return entries.filter(
        due_or_live(span, waiting)
        | Q(review_on__range=days)
        | Q(page__expire_at__gte=begin, page__expire_at__lt=end)
        | Q(page__review_by__range=days)
    )


def due_or_live(span: Span, waiting: dict[int, datetime]) -> Q:
    """Entries that are due, or whose page goes or went live, in the span."""
    begin, end = span.moments
    due_now = [pk for pk, at in waiting.items() if begin <= at < end]
    return (
        Q(due_on__range=(span.first, span.last)) & ~Q(step__in=ON_THEIR_WAY)
        | Q(step=Step.PUBLISHED, page__first_published_at__gte=begin, page__first_published_at__lt=end)
        | Q(step=Step.SCHEDULED, page__in=due_now)
    )


def late(entries: QuerySet, span: Span) -> QuerySet:
    """Open entries that were due before the span, the latest ones first; one more than a lane holds."""
    return entries.filter(due_on__lt=span.first, step__in=UNDER_WAY).order_by("-due_on", "-pk")[: LANE_HOLDS + 1]


def without_day(entries: QuerySet) -> QuerySet:
    """Open entries without a day, the newest first; one more than a lane holds."""
    return entries.filter(due_on=None, step__in=UNDER_WAY).order_by("-pk")[: LANE_HOLDS + 1]


def unplanned(pages: QuerySet, span: Span, waiting: dict[int, datetime]) -> QuerySet:
    """Pages without an entry that go or went live, expire, or are to be looked at again in the span."""
    begin, end = span.moments
    return pages.filter(entry=None).filter(
        _goes_live(span, waiting)
        | Q(expire_at__gte=begin, expire_at__lt=end)
        | Q(live=True, review_by__range=(span.first, span.last))
    )


def unplanned_live(pages: QuerySet, span: Span, waiting: dict[int, datetime]) -> QuerySet:
    """Pages without an entry that go or went live in the span."""
    return pages.filter(_goes_live(span, waiting), entry=None)


def _goes_live(span: Span, waiting: dict[int, datetime]) -> Q:
    begin, end = span.moments
    due_now = [pk for pk, at in waiting.items() if begin <= at < end]
    return Q(live=True, first_published_at__gte=begin, first_published_at__lt=end) | Q(pk__in=due_now)


def on_board(entries: QuerySet, span: Span) -> QuerySet:
    """Every open entry, and what was published in the span."""
    begin, end = span.moments
    published = Q(step=Step.PUBLISHED, page__first_published_at__gte=begin, page__first_published_at__lt=end)
    return entries.filter(Q(step__in=OPEN) | published)


def by_column(entries: QuerySet) -> QuerySet:
    """The first of each step by the day they are due; what has no day comes last."""
    rank = Window(RowNumber(), partition_by="step", order_by=[F("due_on").asc(nulls_last=True), "pk"])
    ranked = Entry.objects.filter(pk__in=entries.order_by().values("pk")).annotate(rank=rank)
    return ranked.filter(rank__lte=COLUMN_HOLDS)


def counts(entries: QuerySet) -> dict[str, int]:
    """How many entries there are at each step."""
    found = Entry.objects.filter(pk__in=entries.order_by().values("pk")).order_by()
    return dict(found.values_list("step").annotate(Count("pk")))


def related(queryset: QuerySet, *, personas: bool = False) -> QuerySet:
    """With what a card says, without the body of the page; personas only where they are shown: a set for each of many
    hundred rows takes longer than all the rest."""
    if personas:
        queryset = queryset.prefetch_related("personas")
    if queryset.model is AssetPage:
        return queryset.select_related("primary_stage").defer("body")
    return queryset.select_related("stage", "assignee", "page").defer("page__body", "notes", "question")
