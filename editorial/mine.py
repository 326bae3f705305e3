"""On the home screen: what of one's own is late, due or near, steps and pieces to look at again."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from cms import clock
from editorial import reviews
from editorial.calendar.saying import when
from editorial.models import Assignment
from editorial.schedule import OPEN

SHOWN = 8  # lines


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
    """One more than is shown, the first due first. Two queries."""
    until = today + reviews.LEAD
    steps = Assignment.objects.filter(assignee=user, done_at=None, due_on__lte=until, entry__step__in=OPEN)
    found = [
        (day, name, title, reverse("editorial:work", args=[entry]))
        for day, name, title, entry in steps.order_by("due_on", "pk").values_list(
            "due_on", "name", "entry__title", "entry"
        )[: SHOWN + 1]
    ]
    found += [
        (day, _("Look at again"), title, reverse("wagtailadmin_pages:edit", args=[pk]))
        for day, title, pk in reviews.of(user, today)[: SHOWN + 1]
    ]
    found = sorted(found)[: SHOWN + 1]
    return [Line(what, about, day, url, when(day, today), day < today) for day, what, about, url in found]


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
