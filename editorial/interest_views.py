"""The readers' interests on a screen: each topic of the list with its rhythm and evidence, and what is missing."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets import HeaderButton

from cms import clock, policy
from editorial import interests, rhythm
from editorial.calendar.entry_views import prefilled
from editorial.calendar.span import Span

PERIODS = {"30": _("30 days"), "90": _("90 days"), "365": _("A year")}
USUAL = "90"


class InterestsView(policy.RightRequired, WagtailAdminTemplateMixin, TemplateView):
    """GET; `days` is one of PERIODS."""

    right = "interest.view"
    page_title = _("Interests")
    header_icon = "glasses"
    template_name = "editorial/interests/index.html"

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    @cached_property
    def may_change(self) -> bool:
        return policy.may(self.request.user, "calendar.change")

    @cached_property
    def header_buttons(self):
        if not self.may_change:
            return []
        return [HeaderButton(_("Add a topic"), url=reverse("interests:add"), icon_name="plus")]

    def get_context_data(self, **kwargs):
        days = self.request.GET.get("days", USUAL)
        days = days if days in PERIODS else USUAL
        today = timezone.localdate(clock.now())
        span = Span(today - timedelta(days=int(days) - 1), today)
        found, beats = interests.heard(span), rhythm.beats(today)
        listed = [beat.interest.topic_id for beat in beats]
        lines = [
            {"beat": beat, "evidence": found.by_topic[beat.interest.topic_id], "plan_url": plan_url(beat)}
            for beat in beats
        ]
        return super().get_context_data(**kwargs) | {
            "lines": lines,
            "suggested": interests.suggest(found, listed),
            "unnamed": found.unnamed,
            "may_change": self.may_change,
            "periods": PERIODS,
            "days": days,
            "span": span,
        }


def plan_url(beat: rhythm.Beat) -> str:
    """The form of a new entry about the topic, for the day that a piece is due."""
    return prefilled(topic=beat.interest.topic_id, due_on=beat.due.isoformat())


def warnings(user) -> list[dict]:
    """The neglected topics for who may see the list, each with where a piece on it is planned."""
    if not policy.may(user, "interest.view"):
        return []
    found = rhythm.neglected(timezone.localdate(clock.now()))
    return [{"beat": beat, "plan_url": plan_url(beat)} for beat in found]
