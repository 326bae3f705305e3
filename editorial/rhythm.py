"""Is a topic written about as often as it should be? Dates in, a word out."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from editorial import topic_dates
from editorial.coverage_states import State
from editorial.models import Interest

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
        """`last 9 weeks ago, next planned for 3 December 2026`."""
        if self.last is None:
            last = _("never published")
        else:
            weeks = (self.today - self.last).days // 7
            last = ngettext("last %d week ago", "last %d weeks ago", weeks) % weeks if weeks else _("last this week")
        coming = (
            _("next planned for %s") % date_format(self.coming, "DATE_FORMAT") if self.coming else _("none planned")
        )
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
    """Every interest with its newest live piece and its next plan, in the order of the list.

    Two queries, or four where what is kept of topics does not hold.

    A piece that waits for its time counts as planned for its entry's day, today at the earliest.
    """
    listed = list(Interest.objects.select_related("topic", "owner")[:MOST])
    topics = [interest.topic_id for interest in listed]
    last, coming = topic_dates.of_topics(topics, today) if topics else ({}, {})
    nothing = (None, "", None)
    return [
        _beat(interest, last.get(interest.topic_id, nothing), coming.get(interest.topic_id, nothing), today)
        for interest in listed
    ]


def neglected(today: date) -> list[Beat]:
    """What a warning is about. Queries as for `beats`."""
    return [beat for beat in beats(today) if beat.state is NEGLECTED]


def _beat(interest: Interest, last: tuple, coming: tuple, today: date) -> Beat:
    last_id, last_title, last_on = last
    coming_id, coming_title, coming_on = coming
    coming_on = max(coming_on or today, today) if coming_id else None
    return Beat(interest, last_on, last_id, last_title, coming_on, coming_id, coming_title, today)
