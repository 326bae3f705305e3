"""On the home screen: what of one's own is late, due or near: plans, steps, and pieces to look at again."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from cms import clock
from editorial import reviews
from editorial.calendar.saying import when
from editorial.models import Assignment, Entry
from editorial.schedule import OPEN, Step

SHOWN = 8  # lines
TO_WRITE = tuple(step for step in OPEN if step != Step.SCHEDULED)  # what waits for its day needs nobody


@dataclass(frozen=True)
class Line:
    """One thing to do: what, of what, by when."""

    what: str
    about: str
    day: date
    url: str
    when: str
    is_late: bool


def lines(user, today: date) -> list[Line]:
    """One more than is shown, the first due first. Three queries."""
    found = sorted([*_plans(user, today), *_steps(user, today), *_pieces(user, today)])[: SHOWN + 1]
    return [Line(what, about, day, url, when(day, today), day < today) for day, what, about, url in found]


def _plans(user, today: date) -> list[tuple]:
    """Entries that are theirs, each said by the step where it stands."""
    plans = Entry.objects.filter(assignee=user, step__in=TO_WRITE, due_on__lte=today + reviews.LEAD)
    return [
        (day, str(Step(step).label), title, reverse("editorial:work", args=[pk]))
        for day, step, title, pk in _first(plans, "due_on", "step", "title", "pk")
    ]


def _steps(user, today: date) -> list[tuple]:
    due = Assignment.objects.filter(assignee=user, done_at=None, due_on__lte=today + reviews.LEAD, entry__step__in=OPEN)
    return [
        (day, name, title, reverse("editorial:work", args=[entry]))
        for day, name, title, entry in _first(due, "due_on", "name", "entry__title", "entry")
    ]


def _pieces(user, today: date) -> list[tuple]:
    return [
        (day, _("Look at again"), title, reviews.address(pk, plan))
        for day, title, pk, plan in reviews.of(user, today)[: SHOWN + 1]
    ]


def _first(rows, *columns: str):
    return rows.order_by("due_on", "pk").values_list(*columns)[: SHOWN + 1]


class MinePanel(Component):
    """Nothing where nothing is to be done soon."""

    name = "mine"
    order = 80
    template_name = "editorial/mine.html"

    class Media:
        css = {"all": ["editorial/newsroom.css"]}

    def get_context_data(self, parent_context):
        found = lines(parent_context["request"].user, timezone.localdate(clock.now()))
        return {"lines": found[:SHOWN], "more": len(found) > SHOWN}
