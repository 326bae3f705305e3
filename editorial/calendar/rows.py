"""Which rows a screen of the calendar reads: each function one statement unless it says more."""

from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q, QuerySet
from wagtail.models import Page, Revision

from editorial.calendar import dated
from editorial.calendar.dated import Piece, Plan
from editorial.calendar.span import Span
from editorial.schedule import OPEN, Step

LANE_HOLDS, COLUMN_HOLDS = 30, 30
ON_THEIR_WAY = (Step.SCHEDULED, Step.PUBLISHED)  # their date is the page's, not the plan's
BY_DAY = tuple(step for step in Step if step not in ON_THEIR_WAY)
UNDER_WAY = tuple(step for step in OPEN if step not in ON_THEIR_WAY)


def waiting() -> dict[int, datetime]:
    """When each page that waits for its publication goes live, by page id."""
    revisions = Revision.objects.filter(
        base_content_type=ContentType.objects.get_for_model(Page), approved_go_live_at__isnull=False
    )
    return {int(pk): at for pk, at in revisions.values_list("object_id", "approved_go_live_at")}


def between(entries: QuerySet, span: Span, waiting: dict[int, datetime]) -> list[Plan]:
    """Entries with any date in the span."""
    begin, end = span.moments
    days = (span.first, span.last)
    found = dated.any_of(
        entries,
        *_due_or_live(span, waiting),
        Q(review_on__range=days),
        Q(page__expire_at__gte=begin, page__expire_at__lt=end),
        Q(page__review_by__range=days),
    )
    return dated.distinct(dated.plans(found))


def due_or_live(entries: QuerySet, span: Span, waiting: dict[int, datetime]) -> QuerySet:
    """Entries that are due, or whose page goes or went live, in the span: each once, ready for `values_list`."""
    return dated.any_of(entries, *_due_or_live(span, waiting))


def _due_or_live(span: Span, waiting: dict[int, datetime]) -> tuple[Q, ...]:
    due = Q(due_on__range=(span.first, span.last), step__in=BY_DAY)
    soon = _due(waiting, span)
    return due, _published(span), *([Q(step=Step.SCHEDULED, page__in=soon)] if soon else [])


def late(entries: QuerySet, span: Span) -> list[Plan]:
    """Open entries that were due before the span, the latest ones first; one more than a lane holds."""
    found = entries.filter(due_on__lt=span.first, step__in=UNDER_WAY).order_by("-due_on", "-pk")
    return dated.plans(found[: LANE_HOLDS + 1])


def without_day(entries: QuerySet) -> list[Plan]:
    """Open entries without a day, the newest first; one more than a lane holds. Ordered by the day that they all lack,
    too, so that the index of days gives them: by their ids alone most of a large plan is read for a few."""
    return dated.plans(entries.filter(due_on=None, step__in=UNDER_WAY).order_by("-due_on", "-pk")[: LANE_HOLDS + 1])


def unplanned(pages: QuerySet, span: Span, waiting: dict[int, datetime]) -> list[Piece]:
    """Pages without an entry that go or went live, expire, or are to be looked at again in the span."""
    begin, end = span.moments
    found = dated.any_of(
        pages.filter(entry=None),
        *_goes_live(span, waiting),
        Q(expire_at__gte=begin, expire_at__lt=end),
        Q(live=True, review_by__range=(span.first, span.last)),
    )
    return dated.distinct(dated.pieces(found))


def unplanned_live(pages: QuerySet, span: Span, waiting: dict[int, datetime]) -> QuerySet:
    """Pages without an entry that go or went live in the span: each once, ready for `values_list`."""
    return dated.any_of(pages.filter(entry=None), *_goes_live(span, waiting))


def _goes_live(span: Span, waiting: dict[int, datetime]) -> tuple[Q, ...]:
    """No page meets both: a live one that waits for its next version stands where it went live."""
    begin, end = span.moments
    went = Q(live=True, first_published_at__gte=begin, first_published_at__lt=end)
    soon = _due(waiting, span)
    return went, *([Q(live=False, pk__in=soon)] if soon else [])


def on_board(entries: QuerySet, span: Span) -> QuerySet:
    """Every open entry, and what was published in the span."""
    return entries.filter(Q(step__in=OPEN) | _published(span))


def by_column(entries: QuerySet, span: Span) -> list[Plan]:
    """The first of each step by the day they are due, what has no day last; one more than a column holds. A statement
    a step, each by its index: to count what a column does not hold would read every open entry."""
    found = []
    for step in (*OPEN, Step.PUBLISHED):
        here = entries.filter(_published(span) if step == Step.PUBLISHED else Q(step=step))
        found += dated.plans(here.order_by(F("due_on").asc(nulls_last=True), "pk")[: COLUMN_HOLDS + 1])
    return found


def _published(span: Span) -> Q:
    begin, end = span.moments
    return Q(step=Step.PUBLISHED, page__first_published_at__gte=begin, page__first_published_at__lt=end)


def _due(waiting: dict[int, datetime], span: Span) -> list[int]:
    """The pages that go live in the span."""
    begin, end = span.moments
    return [pk for pk, at in waiting.items() if begin <= at < end]
