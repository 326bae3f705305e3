"""The calendar: the plan as a month, a week, a quarter, a list or a board, under one set of filters."""

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.generic import BaseListingView
from wagtail.admin.widgets import HeaderButton

from cms import clock, policy
from cms.models import AssetPage
from editorial import mix, publishing, slots
from editorial.calendar import cards, dated, export, layout, rows
from editorial.calendar.cards import Lane
from editorial.calendar.filters import NOT_SAID, CalendarFilterSet
from editorial.calendar.forms import writers
from editorial.calendar.span import Month, Quarter, Span, Week, read, read_day
from editorial.interest_views import warnings
from editorial.models import Entry, SavedView
from editorial.schedule import BY_HAND, Step

SHAPES = {
    "month": (gettext_lazy("Month"), Month),
    "week": (gettext_lazy("Week"), Week),
    "quarter": (gettext_lazy("Quarter"), Quarter),
    "list": (gettext_lazy("List"), Month),
    "board": (gettext_lazy("Board"), Month),
}
FOR_READERS = ("month", "week", "quarter", "list")  # a board tells how far each piece is
READERS_LANES = (Lane.DUE, Lane.PUBLISH, Lane.SLOT)


class CalendarView(policy.RightRequired, BaseListingView):
    """Entries by the days of their dates, what has no day yet, and pages that nobody planned. Readers see titles and
    days only."""

    right = "calendar.view"
    model = Entry
    page_title = gettext_lazy("Calendar")
    header_icon = "calendar-alt"
    template_name = "editorial/calendar/index.html"
    results_template_name = "editorial/calendar/results.html"
    index_url_name = "editorial:calendar"
    index_results_url_name = "editorial:calendar_results"
    is_searchable = True
    unreadable = ""
    search_fields = ["title"]

    @cached_property
    def may_change(self) -> bool:
        return policy.may(self.request.user, "calendar.change")

    @property
    def filterset_class(self):
        return CalendarFilterSet if self.may_change else None

    @cached_property
    def today(self):
        return timezone.localdate(clock.now())

    @cached_property
    def shape(self) -> str:
        """How the plan is shown: one of SHAPES; the month where another is asked for."""
        known = SHAPES if self.may_change else FOR_READERS
        asked = self.request.GET.get("view", "month")
        return asked if asked in known else "month"

    @cached_property
    def span(self) -> Month | Week | Quarter:
        """The time asked for; now when none was, or none that can be read (the screen then says so)."""
        kind, asked = SHAPES[self.shape][1], self.request.GET.get("on", "")
        try:
            return read(asked, kind)
        except ValueError:
            self.unreadable = asked
            return kind.of(self.today)

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        if not self.may_change:
            return READERS_LANES
        return self.filters.lanes

    @cached_property
    def header_buttons(self):
        if not self.may_change:
            return []
        url = reverse("editorial:add") + f"?due_on={self.span.first}" * (self.today not in self.span)
        room = reverse("editorial:hold") + f"?day={self.span.first}" * (self.today not in self.span)
        return [
            HeaderButton(_("Plan a piece"), url=url, icon_name="plus"),
            HeaderButton(_("Hold room"), url=room, icon_name="circle-plus"),
        ]

    def get_base_queryset(self):
        entries = policy.visible(self.request.user, self.right, Entry.objects.all())
        if self.may_change and Step.DROPPED in self.request.GET.getlist("step"):
            return entries
        return entries.exclude(step=Step.DROPPED)

    @cached_property
    def narrowed(self):
        """Every entry that search and filters leave, on whatever day."""
        return super().get_queryset()

    def get_queryset(self):
        """Nothing for Wagtail's table: `laid_out` asks for what each form of the screen needs."""
        return Entry.objects.none()

    @cached_property
    def waiting(self):
        return rows.waiting()

    def pages(self):
        """Pages that search and filters leave."""
        pages = AssetPage.objects.order_by()
        if self.filters:
            pages = self.filters.pages(pages)
        return pages.filter(title__icontains=self.search_query) if self.is_searching else pages

    def between(self, span: Span) -> list[cards.Card]:
        """The cards of a stretch of days, of all lanes that are shown."""
        entries = rows.between(self.narrowed, span, self.waiting)
        pages = rows.unplanned(self.pages(), span, self.waiting)
        found = [
            *cards.of_entries(entries, self.waiting, self.today),
            *cards.of_pages(pages, self.waiting),
            *self.room(span),
        ]
        first, last, lanes = span.first, span.last, set(self.lanes)
        return [card for card in found if card.day and first <= card.day <= last and card.lane in lanes]

    def room(self, span: Span) -> list[cards.Card]:
        """Held room of these days, as search and filters leave it."""
        if Lane.SLOT not in self.lanes:
            return []
        held = slots.between(span.first, span.last)
        if self.filters:
            held = self.filters.slots(held)
        if self.is_searching:
            held = held.filter(Q(note__icontains=self.search_query) | Q(stage__name__icontains=self.search_query))
        return list(cards.of_slots(held, self.today, all_told=self.may_change))

    def lane(self, entries) -> list[cards.Card]:
        """The plans among them as cards; nothing for readers: they see days."""
        if not self.may_change or Lane.DUE not in self.lanes:
            return []
        found = cards.of_entries(entries, {}, self.today)
        return [card for card in found if card.lane == Lane.DUE]

    def get(self, request, *args, **kwargs):
        """The screen; or with `export` what it shows, as a file."""
        write = {"csv": export.write_csv, "xlsx": export.write_xlsx}.get(request.GET.get("export"))
        if write is None:
            return super().get(request, *args, **kwargs)
        found = self.everything() if self.shape == "board" else self.between(self.span)
        cards.complete(found)
        cards.name_personas(found)
        name = f"{_('calendar')}-{self.span}.{request.GET['export']}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        data = write(export.lines(found, all_told=self.may_change))
        return HttpResponse(data, content_type=export.TYPES[request.GET["export"]], headers=headers)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {
            "shape": self.shape,
            "today": self.today,
            "span": self.span,
            "unreadable": self.unreadable,
            "may_change": self.may_change,
            "late_pages": publishing.late() if self.may_change else [],
            "time_zone": timezone.get_current_timezone_name(),
            "here": self.address(on=str(self.span)),
            "shapes": self.shapes(),
            "links": {
                "previous": self.address(on=str(self.span.previous)),
                "next": self.address(on=str(self.span.next)),
                "today": self.address(on=str(type(self.span).of(self.today))),
            },
            "hidden": self.hidden(),
            "writers": writers() if self.may_change and not self.results_only else [],
            "steps": [(step, step.label) for step in BY_HAND],
            "kept": SavedView.objects.filter(Q(user=self.request.user) | Q(shared=True)),
            "query": self.address(on=str(self.span)).partition("?")[2],
            "mix": self.mix() if self.may_change else None,
            "neglected": warnings(self.request.user) if self.may_change else [],
            **self.laid_out(),
        }

    def mix(self) -> dict:
        """What the pieces of this time are made of, as search and filters leave them, and what each figure counts."""
        counted = mix.of_calendar(self.narrowed, self.pages(), self.span, self.waiting)
        meter = mix.meter(counted, mix.in_force(mix.targets(self.span), self.span))
        shape = self.shape if self.shape in ("week", "quarter") else "list"
        only = {"view": shape, "on": str(self.span), "lane": [Lane.DUE.value, Lane.PUBLISH.value]}
        for part in meter.parts:
            for line in part.lines:
                line.url = self.address(**only, **{part.key: line.value or NOT_SAID[0]})
        return {"meter": meter, "fewest": mix.FEWEST}

    def laid_out(self) -> dict:
        """What the form of the screen needs beyond its frame."""
        if self.shape == "board":
            return self._board()
        span = self.span if self.shape == "list" else self.span.grid
        late = rows.late(self.narrowed, span) if self.may_change and self.today in span else []
        unscheduled = rows.without_day(self.narrowed) if self.may_change else []
        found = {card.key: card for card in self.between(self._from(span))}
        for entries in (late, unscheduled):
            found |= {card.key: card for card in self.lane(entries[: rows.LANE_HOLDS])}
        laid_out = self._listed(found.values()) if self.shape == "list" else self._grid(found.values())
        return {
            "list_url": self.address(view="list", on=str(Month.of(self.span.first))),
            "week_url": self.address(view="week", on=[]),
            "layout": laid_out,
            "more_late": len(late) > rows.LANE_HOLDS,
            "more_unscheduled": len(unscheduled) > rows.LANE_HOLDS,
        }

    def _grid(self, found) -> layout.Layout:
        lay_out = layout.quarter if self.shape == "quarter" else layout.grid
        laid_out = lay_out(self.span, found, self.today)
        cards.complete(laid_out.shown)
        return laid_out

    def _listed(self, found) -> layout.Layout:
        """Who plans reads for whom each is."""
        listed = layout.listed(self.span, found, self.today, self.request.GET.get("after", ""))
        cards.complete(listed.cards)
        if self.may_change:
            cards.name_personas(listed.cards)
        return listed

    def hidden(self) -> str:
        """What is not shown, and why: nobody should take a filter for an empty plan."""
        if not self.may_change:
            number = self.get_base_queryset().filter(due_on=None, step__in=rows.UNDER_WAY).count()
            return number and _("You see titles and days; %d more have no day yet.") % number
        if not (self.is_searching or self.is_filtering):
            return ""
        days = {"due_on__range": (self.span.first, self.span.last)}
        number = self.get_base_queryset().filter(**days).count() - self.narrowed.filter(**days).count()
        return number > 0 and _("%d due in this time are hidden by search and filters.") % number

    def _from(self, span: Span) -> Span:
        """The part of a list that goes on from a day."""
        try:
            begin = read_day(self.request.GET.get("from", ""))
        except ValueError:
            return span
        return Span(begin, span.last) if self.shape == "list" and begin in span else span

    def everything(self) -> list[cards.Card]:
        """The plan as a board has it, without a column's limit."""
        entries = dated.plans(rows.on_board(self.narrowed, self.span))
        found = cards.of_entries(entries, self.waiting, self.today)
        return [card for card in found if card.lane in (Lane.DUE, Lane.PUBLISH)]

    def _board(self) -> dict:
        found = cards.of_entries(rows.by_column(self.narrowed, self.span), self.waiting, self.today)
        still_open = [card for card in self.room(self.span) if not card.done]
        columns = layout.board(found, rows.COLUMN_HOLDS)
        cards.complete([*still_open, *(card for column in columns for card in column.cards)])
        return {"columns": columns, "room": still_open}

    def shapes(self) -> list[dict]:
        """The ways to show the plan that this person has, each with its address."""
        known = SHAPES if self.may_change else FOR_READERS
        day = self.today if self.today in self.span else self.span.first
        return [
            {"key": key, "label": SHAPES[key][0], "url": self.address(view=key, on=str(SHAPES[key][1].of(day)))}
            for key in known
        ]

    def address(self, **values: str | list[str]) -> str:
        """This screen with these values in its address; filters and search stay."""
        query = self.request.GET.copy()
        for name in ("_w_filter_fragment", "from", "after", "export"):
            query.pop(name, None)
        for name, value in {"view": self.shape, **values}.items():
            query.setlist(name, value if isinstance(value, list) else [value])
        return f"{self.index_url}?{query.urlencode()}"
