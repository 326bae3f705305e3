"""The calendar: a month of the plan as a list."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.generic import BaseListingView
from wagtail.admin.widgets import HeaderButton

from cms import clock, policy
from cms.models import AssetPage
from editorial import publishing
from editorial.calendar.filters import CalendarFilterSet, MonthFilterSet
from editorial.calendar.month import Month, lay_out
from editorial.models import Entry
from editorial.schedule import OPEN, Step

UNSCHEDULED_SHOWN = 50


class CalendarView(policy.RightRequired, BaseListingView):
    """Entries of one month by day, what has no day yet, and what went live. Readers see titles and days only."""

    right = "calendar.view"
    model = Entry
    page_title = gettext_lazy("Calendar")
    header_icon = "calendar-alt"
    template_name = "editorial/calendar/index.html"
    results_template_name = "editorial/calendar/results.html"
    index_url_name = "editorial:calendar"
    index_results_url_name = "editorial:calendar_results"
    is_searchable = True
    search_fields = ["title"]

    @cached_property
    def may_change(self) -> bool:
        return policy.may(self.request.user, "calendar.change")

    @property
    def filterset_class(self):
        return CalendarFilterSet if self.may_change else MonthFilterSet

    @cached_property
    def today(self):
        return timezone.localdate(clock.now())

    @cached_property
    def month(self) -> Month:
        """The month asked for; this one when none was, or none that can be read (the screen then says so)."""
        try:
            return Month.parse(self.request.GET.get("month", ""))
        except ValueError:
            return Month.of(self.today)

    @cached_property
    def active_filters(self):
        """The month has its own line above the list and needs no pill."""
        return [one for one in super().active_filters if one.auto_id != self.filters.form["month"].auto_id]

    @cached_property
    def is_filtering(self):
        return bool(self.active_filters)

    @cached_property
    def header_buttons(self):
        if not self.may_change:
            return []
        url = reverse("editorial:add") + f"?due_on={self.month.first}" * (self.today not in self.month)
        return [HeaderButton(_("Plan a piece"), url=url, icon_name="plus")]

    def get_base_queryset(self):
        entries = policy.visible(self.request.user, self.right, Entry.objects.all())
        if not (self.may_change and Step.DROPPED in self.request.GET.getlist("step")):
            entries = entries.exclude(step=Step.DROPPED)
        related = entries.select_related("stage", "assignee", "page").defer("page__body")
        return related.prefetch_related("personas") if self.may_change else related

    def get_queryset(self):
        """The month's entries: open ones by the day planned, published ones by the day they went live; and in the
        month that holds today also what is late from before."""
        begin, end = self.month.moments
        published = Q(step=Step.PUBLISHED, page__first_published_at__gte=begin, page__first_published_at__lt=end)
        shown = published | Q(due_on__range=(self.month.first, self.month.last)) & ~Q(step=Step.PUBLISHED)
        if self.today in self.month:
            shown |= Q(due_on__lt=self.month.first, step__in=OPEN)
        return super().get_queryset().filter(shown)

    def unscheduled(self) -> list[Entry]:
        """Open entries without a day, the newest first; one more than are shown. Nothing for readers: they see days."""
        if not self.may_change:
            return []
        entries = super().get_queryset().filter(due_on=None, step__in=OPEN).order_by("-pk")
        return list(entries[: UNSCHEDULED_SHOWN + 1])

    def pieces(self):
        """Live pieces of the month that nobody planned, narrowed like the entries."""
        begin, end = self.month.moments
        live = AssetPage.objects.filter(live=True, first_published_at__gte=begin, first_published_at__lt=end)
        unplanned = live.filter(entry=None).select_related("primary_stage").defer("body").prefetch_related("personas")
        if self.filters and self.filters.is_valid():
            unplanned = self.filters.pieces(unplanned)
        return unplanned.filter(title__icontains=self.search_query) if self.is_searching else unplanned

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        unscheduled = self.unscheduled()
        entries = [*context["object_list"], *unscheduled[:UNSCHEDULED_SHOWN]]
        asked = self.request.GET.get("month", "")
        context |= {
            "month": self.month,
            "month_unreadable": asked if asked and asked != str(self.month) else "",
            "layout": lay_out(self.month, entries, self.pieces(), self.today),
            "more_unscheduled": len(unscheduled) > UNSCHEDULED_SHOWN,
            "may_change": self.may_change,
            "late_pages": publishing.late() if self.may_change else [],
            "time_zone": timezone.get_current_timezone_name(),
            "here": self.address(self.month),
            "links": {
                "previous": self.address(self.month.previous),
                "next": self.address(self.month.next),
                "today": self.address(Month.of(self.today)),
            },
        }
        return context

    def address(self, month: Month) -> str:
        """The list at that month, with the filters and the search of now."""
        query = self.request.GET.copy()
        query.pop("_w_filter_fragment", None)
        query["month"] = str(month)
        return f"{self.index_url}?{query.urlencode()}"
