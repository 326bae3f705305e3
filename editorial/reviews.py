"""Live pieces whose day to be looked at again is near or over, and whose they are: the entry's, else the page's owner.

The day is the entry's, else the page's own. A piece is told of when that day is LEAD away, on it, and every AGAIN after
it until somebody gives it another day: one mail is read and forgotten. Another day is told of anew.
"""

from datetime import date, timedelta

from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from cms.models import AssetPage
from editorial.calendar import dated
from editorial.models import ReviewReminder

LEAD = timedelta(days=7)
AGAIN = timedelta(days=7)


def near(today: date) -> QuerySet:
    """The live pieces whose day is near or over: `again` is the day, `person` whose they are (None: nobody's), and
    `plan` the entry that has the day (None: the page itself)."""
    whose = Case(When(entry__assignee__is_active=True, then=F("entry__assignee")), default=F("owner"))
    pieces = AssetPage.objects.filter(live=True).annotate(
        again=Coalesce("entry__review_on", "review_by"),
        person=whose,
        plan=Case(When(entry__review_on__isnull=False, then=F("entry__pk"))),
    )
    return pieces.filter(again__lte=today + LEAD).order_by("again", "pk")


def news(today: date) -> Q:
    """Of those, what nobody was told of yet, or is to be told again."""
    before, long_ago = Q(review_reminder__told_on__lt=F("again")), Q(review_reminder__told_on__lte=today - AGAIN)
    untold = Q(review_reminder=None) | ~Q(review_reminder__told_of=F("again"))
    return untold | Q(again__lte=today) & (before | long_ago)


def of(user, today: date) -> QuerySet:
    """(day, title, key, plan) of those of one person, the first first. One query, by their own pages and entries."""
    mine = dated.any_of(near(today), Q(entry__assignee=user), Q(owner=user, person=user.pk) & ~Q(entry__assignee=user))
    return mine.values_list("again", "title", "pk", "plan").order_by("again", "pk")


def address(pk: int, plan: int | None) -> str:
    """Where a piece gets another day: on its entry where that has the day, since the page's own would not count."""
    return reverse("editorial:edit", args=[plan]) if plan else reverse("wagtailadmin_pages:edit", args=[pk])


def tell(pieces: list[tuple[int, date]], today: date) -> None:
    """Remember that these were told of: (piece, the day on which it is to be looked at). One statement."""
    rows = [ReviewReminder(page_id=pk, told_of=day, told_on=today) for pk, day in pieces]
    ReviewReminder.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["page"], update_fields=["told_of", "told_on"]
    )
