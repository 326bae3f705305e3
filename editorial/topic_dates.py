"""When each topic was last written about, and when it will be: as kept with the coverage map, else asked now."""

from collections.abc import Iterable
from datetime import date

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from cms.models import AssetTopic
from cms.models.pages import Audience
from editorial import coverage_kept
from editorial.models import CoverageCount, Entry
from editorial.schedule import OPEN, Step

Dated = tuple[int, str, date | None]  # a piece's or entry's id and title, and its day


def of_topics(topics: Iterable[int], today: date) -> tuple[dict[int, Dated], dict[int, Dated]]:
    """{topic: its newest live piece} and {topic: the entry that comes next}. One statement; three where what is kept
    does not hold."""
    rows = coverage_kept.rows(Q(topic__in=topics, format=""), "figures")
    if coverage_kept.holds(rows):
        return _told(rows, "newest"), _told(rows, "coming")
    return newest(topics), coming(topics, today)


def _told(rows: Iterable[CoverageCount], name: str) -> dict[int, Dated]:
    found = {row.topic: getattr(row, name) for row in rows if getattr(row, name)}
    return {topic: (pk, title, day and date.fromisoformat(day)) for topic, (pk, title, day) in found.items()}


def newest(topics: Iterable[int]) -> dict[int, Dated]:
    """The newest live piece about each, and the day it went live. One statement."""
    tags = AssetTopic.objects.filter(tag__in=topics, content_object__live=True)
    tags = tags.exclude(content_object__audience=Audience.SALES_ONLY)
    newest_first = [F("content_object__first_published_at").desc(nulls_last=True), F("content_object").desc()]
    columns = ("content_object", "content_object__title", "content_object__first_published_at")
    found = _first(tags, "tag", newest_first, columns)
    return {topic: (pk, title, at and timezone.localdate(at)) for topic, (pk, title, at) in found.items()}


def coming(topics: Iterable[int], today: date) -> dict[int, Dated]:
    """The entry about each that comes next, and the day it is planned for. One statement."""
    about = Entry.topics.through.objects.filter(topic__in=topics, entry__step__in=OPEN)
    about = about.filter(Q(entry__due_on__gte=today) | Q(entry__step=Step.SCHEDULED))
    soonest_first = [F("entry__due_on").asc(nulls_last=True), F("entry").asc()]
    return _first(about, "topic", soonest_first, ("entry", "entry__title", "entry__due_on"))


def _first(rows: QuerySet, topic: str, order: list, columns: tuple[str, ...]) -> dict:
    """The columns of the first row of each topic, in one statement however many topics there are."""
    ranked = rows.annotate(place=Window(RowNumber(), partition_by=topic, order_by=order)).filter(place=1)
    return {key: tuple(values) for key, *values in ranked.values_list(topic, *columns)}
