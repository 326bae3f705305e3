"""The mix above the calendar, and the report of the mix by quarter."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncQuarter
from django.http import HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from cms import clock, policy
from cms.models import AssetPage, Persona
from cms.models.pages import Audience
from editorial import mix, mix_counts
from editorial.calendar import export
from editorial.calendar.span import Span
from editorial.mix_counts import NAMES, Counted
from editorial.models import Entry
from editorial.models.mix import LABELS, Kinds, kinds
from editorial.schedule import OPEN

PAST, AHEAD = 8, 1  # quarters of the report beside this one


@dataclass(frozen=True)
class Quarter:
    """A quarter's mix: what was published in it, and what is still planned for it."""

    span: Span
    meter: mix.Meter
    planned: int

    @property
    def name(self) -> str:
        return f"{self.span.first.year} Q{(self.span.first.month + 2) // 3}"

    def line(self, key: str, value: str) -> mix.Line | None:
        """How one kind of piece did in it."""
        parts = {part.key: part for part in self.meter.parts}
        return next((line for line in parts[key].lines if line.value == value), None)


def quarters(today: date, known: Kinds) -> list[Quarter]:
    """The quarters of the report, oldest first. Six queries."""
    spans = [mix.quarter_of(today)]
    for _number in range(PAST):
        spans.insert(0, mix.quarter_of(spans[0].first - timedelta(days=1)))
    for _number in range(AHEAD):
        spans.append(mix.quarter_of(spans[-1].last + timedelta(days=1)))
    begin, end = spans[0].moments[0], spans[-1].moments[1]
    pages = AssetPage.objects.filter(live=True).exclude(audience=Audience.SALES_ONLY)
    published = _counted(pages.filter(first_published_at__gte=begin, first_published_at__lt=end), "first_published_at")
    open_ones = Entry.objects.filter(step__in=OPEN, due_on__range=(max(today, spans[0].first), spans[-1].last))
    planned = _counted(open_ones.exclude(page__live=True), "due_on")
    aims = mix.targets(Span(spans[0].first, spans[-1].last))
    return [
        Quarter(
            span,
            mix.meter(published[span.first] + planned[span.first], mix.in_force(aims, span), known),
            planned[span.first].total,
        )
        for span in spans
    ]


def _counted(found: QuerySet, moment: str) -> dict[date, Counted]:
    """What there is by the first day of its quarter. Three queries; as many rows as there are kinds of pieces."""
    counts = defaultdict(Counted)
    rows = mix_counts.told(found).order_by().annotate(quarter=TruncQuarter(moment))
    for quarter, *values, stage, number in rows.values_list("quarter", *NAMES).annotate(number=Count("pk")):
        counts[_day(quarter)].kinds[(*values, mix_counts.as_value(stage))] += number
    whose = mix_counts.for_whom(found.order_by().annotate(quarter=TruncQuarter(moment)))
    everybody = list(Persona.objects.values_list("pk", flat=True))
    for quarter, persona, number in whose.values_list("quarter", "whom").annotate(number=Count("pk", distinct=True)):
        counts[_day(quarter)].add(persona, number, everybody)
    return counts


def _day(quarter: date | datetime) -> date:
    return timezone.localdate(quarter) if isinstance(quarter, datetime) else quarter


class MixView(policy.RightRequired, WagtailAdminTemplateMixin, TemplateView):
    """Two years of the mix by quarter, against the targets that were in force in each."""

    right = "mix.view"
    page_title = gettext_lazy("Mix")
    header_icon = "sliders"
    template_name = "editorial/mix/report.html"

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    @cached_property
    def known(self) -> Kinds:
        return kinds()

    @cached_property
    def quarters(self) -> list[Quarter]:
        """From the first one that has any piece; all where none has."""
        found = quarters(timezone.localdate(clock.now()), self.known)
        first = next((at for at, quarter in enumerate(found) if quarter.meter.total), 0)
        return found[first:]

    def get(self, request, *args, **kwargs):
        """The report; or with `export` its figures as a file."""
        kind = request.GET.get("export")
        write = {"csv": export.write_csv, "xlsx": export.write_xlsx}.get(kind)
        if write is None:
            return super().get(request, *args, **kwargs)
        headers = {"Content-Disposition": f'attachment; filename="mix.{kind}"'}
        return HttpResponse(write(self.lines()), content_type=export.TYPES[kind], headers=headers)

    def get_context_data(self, **kwargs):
        shown = {
            "quarters": self.quarters,
            "tables": [table for key in LABELS if (table := self.table(key))["rows"]],
            "may_change": policy.may(self.request.user, "calendar.change"),
            "fewest": mix.FEWEST,
            "any": any(quarter.meter.total for quarter in self.quarters),
        }
        return super().get_context_data(**kwargs) | shown

    def table(self, key: str) -> dict:
        """One dimension: a row for each kind that any quarter has or aims at, a cell for each quarter."""
        rows = []
        for value, words in [*self.known[key], ("", _("Not said"))]:
            cells = [quarter.line(key, value) for quarter in self.quarters]
            if any(cells):
                rows.append({"label": str(words), "cells": cells})
        return {"label": str(LABELS[key]), "rows": rows}

    def lines(self):
        """Head and lines of the file: one for each kind and quarter that has any, or a target."""
        yield [_("Quarter"), _("Dimension"), _("Kind"), _("Pieces"), _("Of"), _("Per cent"), _("Targets")]
        for quarter in self.quarters:
            for part in quarter.meter.parts:
                for line in part.lines:
                    said = "; ".join(f"{one.words}: {one.state.word}" for one in line.judged)
                    numbers = map(str, (line.count, quarter.meter.total, line.percent))
                    yield [quarter.name, part.label, line.label, *numbers, said]
