"""The screen that shifts entries together: choose, see what would move, shift; and the address that undoes it."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import messages as django_messages
from django.http import Http404
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from cms import clock, keys, policy
from editorial import schedule, series
from editorial.calendar import rows
from editorial.models import Assignment, Entry
from editorial.schedule import Step

A_WEEK = 7
OFFERED = 50  # others of a campaign to choose from


class DaysForm(forms.Form):
    days = forms.IntegerField(
        label=gettext_lazy("By how many days"), min_value=-series.FARTHEST, max_value=series.FARTHEST,
        help_text=gettext_lazy("A number below zero moves them earlier."),
    )  # fmt: skip

    def clean_days(self):
        if self.cleaned_data["days"] == 0:
            raise forms.ValidationError(_("By no days at all nothing moves."))
        return self.cleaned_data["days"]


@dataclass
class Line:
    """One entry of the preview: where it and its steps stand, and where they would."""

    entry: Entry
    day: date | None
    steps: list[tuple[Assignment, date]]
    to: date | None = None
    stays: str = ""
    is_publication: bool = False

    @property
    def said_steps(self) -> str:
        """Its steps as the form names them."""
        return series.say_steps({step.pk: step.due_on for step, _to in self.steps})


class SeriesView(policy.RightRequired, WagtailAdminTemplateMixin, TemplateView):
    """GET `entry`… and `days` shows what would move and changes nothing; POST moves what was shown."""

    right = "calendar.change"
    header_icon = "calendar-alt"
    page_title = gettext_lazy("Shift together")
    template_name = "editorial/calendar/series.html"

    @cached_property
    def back(self) -> str:
        return get_valid_next_url_from_request(self.request) or reverse("editorial:calendar")

    @cached_property
    def chosen(self) -> list[Entry]:
        """By day. Of what is gone, nothing is said: it cannot be shifted."""
        asked = [keys.number(key) for key in self.request.GET.getlist("entry")[: series.MOST]]
        entries = policy.visible(self.request.user, self.right, Entry.objects.all())
        found = entries.filter(pk__in=asked).select_related("page", "campaign")
        return list(found.order_by("due_on", "title", "pk"))

    @cached_property
    def form(self) -> DaysForm:
        return DaysForm({"days": self.request.GET.get("days", A_WEEK)})

    def get_breadcrumbs_items(self):
        calendar = {"url": self.back, "label": _("Calendar")}
        return [*self.breadcrumbs_items, calendar, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs):
        days = self.form.cleaned_data["days"] if self.form.is_valid() else 0
        return super().get_context_data(**kwargs) | {
            "form": self.form,
            "days": days,
            "chosen": self.chosen,
            "others": self.others(),
            "lines": self.lines(days) if days else [],
            "today": timezone.localdate(clock.now()),
            "back": self.back,
        }

    def others(self) -> list[Entry]:
        """Entries under way of the same campaigns that were not chosen, the next ones first."""
        campaigns = {entry.campaign_id for entry in self.chosen if entry.campaign_id}
        if not campaigns:
            return []
        found = Entry.objects.filter(campaign__in=campaigns, step__in=schedule.OPEN)
        found = found.exclude(pk__in=[entry.pk for entry in self.chosen])
        return list(found.order_by("due_on", "title", "pk")[:OFFERED])

    def lines(self, days: int) -> list[Line]:
        """What would move, in two queries however many were chosen."""
        steps, waiting = series.open_steps(entry.pk for entry in self.chosen), rows.waiting()
        return [self.line(entry, steps.get(entry.pk, []), waiting, days) for entry in self.chosen]

    def line(self, entry: Entry, steps: list[Assignment], waiting: dict, days: int) -> Line:
        day, is_publication = entry.due_on, entry.step == Step.SCHEDULED
        if is_publication:
            moment = waiting.get(entry.page_id)
            day = moment and timezone.localdate(moment)
        line = Line(entry, day, [], is_publication=is_publication)
        if entry.step in (Step.PUBLISHED, Step.DROPPED):
            line.stays = _("It is %s, so it stays.") % entry.get_step_display().lower()
            return line
        try:
            line.to = day and series.far(day, days)
            line.steps = [(step, series.far(step.due_on, days)) for step in steps]
        except schedule.Refused as error:
            line.stays = str(error)
        if not day and not steps:
            line.stays = _("It has no day, and no step with one.")
        return line

    def post(self, request, **kwargs):
        form = DaysForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(form.errors["days"]))
            return redirect(self.back)
        days = form.cleaned_data["days"]
        tell(request, series.shift(self.wishes(), days=days, user=request.user), self.back)
        return redirect(self.back)

    def wishes(self) -> list[series.Wish]:
        """What the preview showed and the person wants moved."""
        asked = self.request.POST
        also, published = "steps" in asked, set(asked.getlist("publish"))
        return [
            series.Wish(
                keys.number(key), keys.number(asked.get(f"version-{key}")),
                series.read_steps(asked.get(f"steps-{key}", "")) if also else {},
                keys.number(asked.get(f"revision-{key}")) if key in published else None,
            )
            for key in asked.getlist("entry")[: series.MOST]
        ]  # fmt: skip


class UndoView(policy.RightRequired, View):
    """POST `shift`: what a shift said undoes it. What was changed since stays, and is told."""

    right = "calendar.change"
    http_method_names = ["post"]

    def post(self, request):
        try:
            days, wishes = series.read_undo(request.POST.get("shift", ""))
        except ValueError as error:
            raise Http404 from error
        back = get_valid_next_url_from_request(request) or reverse("editorial:calendar")
        tell(request, series.shift(wishes, days=days, user=request.user), back)
        return redirect(back)


def tell(request, shifted: series.Shifted, back: str) -> None:
    """What moved, with what undoes it, and what did not."""
    if number := len(shifted.carried):
        said = ngettext("%(n)d entry is shifted: %(by)s.", "%(n)d entries are shifted: %(by)s.", number)
        said %= {"n": number, "by": ngettext("%d day", "%d days", shifted.days) % shifted.days}
        context = {"text": said, "undo": shifted.undo, "back": back}
        toast = render_to_string("editorial/calendar/series_moved.html", context, request=request)
        django_messages.success(request, toast)
    for text in shifted.stayed:
        messages.warning(request, text)
