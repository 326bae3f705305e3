"""Is a topic written about as often as it should be? Dates in, a word out."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cms.library import NEWEST_FIRST
from cms.models import AssetPage
from cms.models.pages import Audience
from editorial.coverage_states import State
from editorial.models import Entry, Interest
from editorial.schedule import OPEN, Step

MOST = 50  # of a list that is meant to be short
WARNED = timedelta(days=14)  # before the day that a piece is due; half the rhythm where that is shorter

ON_TIME = State("ok", gettext_lazy("On time"), "circle-check")
DUE = State("due", gettext_lazy("Due"), "time")
NEGLECTED = State("neglected", gettext_lazy("Neglected"), "warning")


@dataclass(frozen=True)
class Beat:
    """How one interest stands: the newest live piece about it, and the next one that is planned."""

    interest: Interest
    last: date | None
    last_id: int | None
    last_title: str
    coming: date | None
    coming_id: int | None
    coming_title: str
    today: date

    @property
    def cadence(self) -> timedelta:
        return timedelta(weeks=self.interest.every_weeks)

    @property
    def state(self) -> State:
        return state(self.last, self.coming, self.cadence, self.today)

    @property
    def due(self) -> date:
        """By when the next piece should be there."""
        return max(self.last + self.cadence, self.today) if self.last else self.today

    @property
    def words(self) -> str:
        """`last 9 weeks ago, next planned for 2026-12-03`."""
        if self.last is None:
            last = _("never published")
        else:
            weeks = (self.today - self.last).days // 7
            last = ngettext("last %d week ago", "last %d weeks ago", weeks) % weeks if weeks else _("last this week")
        coming = _("next planned for %s") % self.coming.isoformat() if self.coming else _("none planned")
        return f"{last}, {coming}"


def state(last: date | None, coming: date | None, cadence: timedelta, today: date) -> State:
    """How a topic stands that was written about on `last` and will be on `coming` (None: not at all). Pure.

    Late with a piece planned within one rhythm from now is due; late without is neglected.
    """
    if last is not None and today <= (due := last + cadence):
        if coming is not None and coming <= due:
            return ON_TIME
        return DUE if due - today <= min(WARNED, cadence / 2) else ON_TIME
    return DUE if coming is not None and coming <= today + cadence else NEGLECTED


def beats(today: date) -> list[Beat]:
    """Every interest with its newest live piece and its next plan, in the order of the list. One query.

    A piece that waits for its time counts as planned for its entry's day, today at the earliest.
    """
    newest = AssetPage.objects.filter(live=True, tagged_topics__tag=OuterRef("topic"))
    newest = newest.exclude(audience=Audience.SALES_ONLY).order_by(*NEWEST_FIRST)
    coming = Entry.objects.filter(Q(due_on__gte=today) | Q(step=Step.SCHEDULED), topics=OuterRef("topic"))
    coming = coming.filter(step__in=OPEN).order_by("due_on", "pk")
    rows = Interest.objects.select_related("topic", "owner").annotate(
        last_at=Subquery(newest.values("first_published_at")[:1]),
        last_id=Subquery(newest.values("pk")[:1]),
        last_title=Subquery(newest.values("title")[:1]),
        coming_id=Subquery(coming.values("pk")[:1]),
        coming_on=Subquery(coming.values("due_on")[:1]),
        coming_title=Subquery(coming.values("title")[:1]),
    )
    return [_beat(row, today) for row in rows[:MOST]]


def neglected(today: date) -> list[Beat]:
    """What a warning is about. One query."""
    return [beat for beat in beats(today) if beat.state is NEGLECTED]


def _beat(row, today: date) -> Beat:
    coming = max(row.coming_on or today, today) if row.coming_id else None
    last = timezone.localdate(row.last_at) if row.last_at else None
    return Beat(row, last, row.last_id, row.last_title or "", coming, row.coming_id, row.coming_title or "", today)
