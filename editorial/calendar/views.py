"""The calendar: the plan as a month, a week, a quarter, a list or a board, under one set of filters."""

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import HeaderButton

from editorial import mix, mix_counts, publishing
from editorial.calendar import cards, export, layout, rows
from editorial.calendar.asked import BY_PERSON, FOR_READERS, HIDDEN, SHAPES, AskedPlan
from editorial.calendar.cards import Lane
from editorial.calendar.filters import NOT_SAID
from editorial.calendar.forms import writers
from editorial.calendar.span import Month, Span, read_day
from editorial.interest_views import warnings
from editorial.mix import Meter
from editorial.models import SavedView
from editorial.models.mix import kinds
from editorial.schedule import BY_HAND, Step


class CalendarView(AskedPlan):
    """Entries by the days of their dates, what has no day yet, and pages that nobody planned. Readers see titles and
    days only."""

    page_title = gettext_lazy("Calendar")
    header_icon = "calendar-alt"
    template_name = "editorial/calendar/index.html"
    results_template_name = "editorial/calendar/results.html"
    index_url_name = "editorial:calendar"
    index_results_url_name = "editorial:calendar_results"

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
        context = super().get_context_data(**kwargs) | self.laid_out()
        return context | {
            "shape": self.shape,
            "toggles": self.toggles(),
            "by_person": self.by_person,
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
        }

    def mix(self, *, is_open: bool = False) -> dict:
        """What the pieces of this time are made of, as search and filters leave them, and what each figure counts.

        Without `mix=open` in the address only how the targets stand: its table is drawn when somebody opens it.
        """
        is_open = is_open or self.request.GET.get("mix") == "open"
        aims = mix.in_force(mix.targets(self.span), self.span)
        by_persona = is_open or any(aim.dimension == "persona" for aim in aims)
        plan = (self.narrowed, self.pages(), self.span, self.waiting)
        counted = mix_counts.of_calendar(*plan, by_persona=by_persona)
        meter = mix.meter(counted, aims, kinds() if is_open else mix.known_to(aims))
        if is_open:
            self._lead_on(meter)
        return {
            "meter": meter,
            "fewest": mix.FEWEST,
            "is_open": is_open,
            "url": self.address(on=str(self.span), mix="open"),
        }

    def _lead_on(self, meter: Meter) -> None:
        """Each figure to the pieces that it counts."""
        shape = self.shape if self.shape in ("week", "quarter") else "list"
        only = {"view": shape, "on": str(self.span), "lane": [Lane.DUE.value, Lane.PUBLISH.value]}
        for part in meter.parts:
            for line in part.lines:
                line.url = self.address(**only, **{part.key: line.value or NOT_SAID[0]})

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

    def toggles(self) -> list[dict]:
        """What one click shows otherwise, each with its address."""
        hides = self.hides_finished
        words = _("Show what is finished (%d)") % self.finished if self.finished else _("Show what is finished")
        known = [{"label": words if hides else _("Hide what is finished"), "asked": {"finished": HIDDEN}, "on": hides}]
        if self.may_change and self.shape in BY_PERSON:
            words = _("Do not group") if self.by_person else _("Group by person")
            known.append({"label": words, "asked": {"by": "person"}, "on": self.by_person})
        for one in known:
            asked = {name: [] if one["on"] else value for name, value in one["asked"].items()}
            one["url"] = self.address(on=str(self.span), **asked)
        return known

    def _board(self) -> dict:
        found = cards.of_entries(rows.by_column(self.narrowed, self.span), self.waiting, self.today)
        still_open = [card for card in self.room(self.span) if not card.done]
        columns = layout.board(found, rows.COLUMN_HOLDS)
        columns = [column for column in columns if column.step != Step.PUBLISHED or not self.hides_finished]
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
        for name in ("_w_filter_fragment", "from", "after", "export", "mix"):
            query.pop(name, None)
        for name, value in {"view": self.shape, **values}.items():
            query.setlist(name, value if isinstance(value, list) else [value])
        return f"{self.index_url}?{query.urlencode()}"


class CalendarMixView(CalendarView):
    """The shares of what the calendar at the same address shows, by themselves: read when somebody opens the line."""

    right = "calendar.change"

    def get(self, request, *args, **kwargs):
        """A piece of a page."""
        return render(request, "editorial/mix/parts.html", self.mix(is_open=True))
