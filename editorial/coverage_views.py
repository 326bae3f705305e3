"""The coverage map's screen, and the lists behind its figures."""

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import BaseListingView, WagtailAdminTemplateMixin

from cms import policy
from cms.keys import number
from cms.models import BuyingStage, Persona, Topic
from cms.models.pages import Format, ShelfLife
from editorial import coverage, coverage_export, coverage_lists, snapshots
from editorial.calendar import export
from editorial.coverage_drawing import CellPen
from editorial.coverage_lists import ALL, ALL_OF_IT, NOBODY, Age, Narrowing
from editorial.interest_views import warnings
from editorial.models import CoverageLevels, CoverageSnapshot


def shown_to(request, part: Narrowing = ALL_OF_IT) -> dict:
    """What the map's template needs: the table, who draws its cells, and whether this person may plan."""
    user = request.user
    may_change = policy.may(user, "calendar.change")
    may_open = policy.may(user, "scorecard.view")
    return {
        "table": coverage.table(part),
        "pen": CellPen(may_change=may_change, may_open=may_open, here=request.get_full_path()),
        "here": request.get_full_path(),
        "may_change": may_change,
        "part": part,
        "neglected": warnings(user),
    }


def part_of(request) -> Narrowing:
    """The topic, format, shelf life and age in the address. Raises Http404 for one that does not exist."""
    topic, format_ = request.GET.get("topic", ""), request.GET.get("format", "")
    shelf_life, age = request.GET.get("shelf_life", ""), request.GET.get("age", "")
    key = number(topic)
    found = Topic.objects.filter(pk=key).first() if key else None
    if (topic and found is None) or (format_ and format_ not in Format.values):
        raise Http404(f"There is no topic {topic!r} or no format {format_!r}")
    if (shelf_life and shelf_life not in ShelfLife.values) or (age and age not in Age.values):
        raise Http404(f"There is no shelf life {shelf_life!r} or no age {age!r}")
    return Narrowing(found, format_, shelf_life, age)


class CoverageView(policy.RightRequired, WagtailAdminTemplateMixin, TemplateView):
    right = "coverage.view"
    page_title = gettext_lazy("Coverage")
    header_icon = "table"
    template_name = "editorial/coverage/index.html"

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get(self, request, *args, **kwargs):
        """The map; or with `export` its figures as a file."""
        write = {"csv": export.write_csv, "xlsx": export.write_xlsx}.get(request.GET.get("export"))
        if write is None:
            return super().get(request, *args, **kwargs)
        kind = request.GET["export"]
        part = part_of(request)
        table = coverage.table(part)
        compared(request, table, part)
        lines = coverage_export.lines(table, all_told=policy.may(request.user, "calendar.change"))
        headers = {"Content-Disposition": f'attachment; filename="coverage.{kind}"'}
        return HttpResponse(write(lines), content_type=export.TYPES[kind], headers=headers)

    def get_context_data(self, **kwargs):
        part = part_of(self.request)
        choices = {
            "topics": Topic.objects.all(),
            "choices": (
                ("format", _("Format"), Format.choices, part.format),
                ("shelf_life", _("Shelf life"), ShelfLife.choices, part.shelf_life),
                ("age", _("Age"), Age.choices, part.age),
            ),
            "months": snapshots.months(),
        }
        shown = shown_to(self.request, part)
        against = {"against": compared(self.request, shown["table"], part)}
        return super().get_context_data(**kwargs) | shown | choices | against | {"ranked": True}


def compared(request, table: coverage.Table, part: Narrowing) -> CoverageSnapshot | None:
    """Compare with the month in the address, if one is asked for and the map is whole; the month's map.

    Raises Http404 for a month that was not kept.
    """
    month = request.GET.get("against", "")
    if not month:
        return None
    snapshot = snapshots.of(month)
    if snapshot is None:
        raise Http404(f"No map was kept of {month!r}; months are named like 2026-11")
    if part != ALL_OF_IT:
        return None
    snapshots.compare(table, snapshot)
    return snapshot


class CoveragePanel(Component):
    """The map on the home screen."""

    name = "coverage"
    order = 90
    template_name = "editorial/coverage/panel.html"

    class Media:
        css = {"all": ["editorial/newsroom.css", "editorial/room.css"]}

    def get_context_data(self, parent_context):
        return shown_to(parent_context["request"])


class CellView(policy.RightRequired, BaseListingView):
    """The pieces or plans that one figure of the map counts."""

    paginate_by = 50
    default_ordering = ("title", "pk")
    template_name = "wagtailadmin/generic/listing.html"
    kind = ""

    @cached_property
    def row(self) -> str:
        return self._asked("stage")

    @cached_property
    def column(self) -> str:
        return self._asked("persona")

    def _asked(self, name) -> str:
        value = self.request.GET.get(name, ALL)
        if value not in (ALL, NOBODY) and not number(value):
            raise Http404(f"{name} is a key, {ALL} or {NOBODY}, not {value!r}")
        return value

    @cached_property
    def cell_name(self) -> str:
        stage = self._label(self.row, BuyingStage, _("Unclassified"))
        return f"{stage} × {self._label(self.column, Persona, _('no persona'))}"

    def get_page_subtitle(self):
        return self.cell_name

    def _label(self, key, model, unclassified) -> str:
        if key == NOBODY:
            return unclassified
        if key == ALL:
            return _("all")
        found = model.objects.filter(pk=key).first()
        if found is None:
            raise Http404(f"There is no {model._meta.verbose_name} {key}")
        return str(found)

    def get_breadcrumbs_items(self):
        map_ = {"url": reverse("editorial:coverage"), "label": _("Coverage")}
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [*self.breadcrumbs_items, map_, here]

    def get_index_url(self):
        part = part_of(self.request).query
        return reverse(self.index_url_name) + f"?stage={self.row}&persona={self.column}{part}"

    @cached_property
    def may_change(self) -> bool:
        return policy.may(self.request.user, "calendar.change")

    @cached_property
    def verbose_name_plural(self):
        return self.page_title

    def get_base_queryset(self):
        return part_of(self.request).narrow(coverage_lists.at(self.listed(), self.row, self.column))


class PagesView(CellView):
    """Pages of one cell: the title leads to the editor for those who write, to the page itself for the others."""

    header_icon = "doc-full-inverse"

    @cached_property
    def columns(self):
        return [
            TitleColumn("title", label=_("Title"), get_url=self.page_address),
            Column("primary_stage", label=_("Buying stage"), accessor=lambda page: page.primary_stage or "–"),
            Column("personas", label=_("Personas"), accessor=_personas),
            Column("format", label=_("Format"), accessor="get_format_display"),
            Column("shelf_life", label=_("Shelf life"), accessor="get_shelf_life_display"),
            DateColumn("latest_revision_created_at", label=_("Updated")),
        ]

    def page_address(self, page) -> str | None:
        return reverse("wagtailadmin_pages:edit", args=[page.pk]) if self.may_change else page.get_url(self.request)

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("primary_stage").defer("body").prefetch_related("personas")


class PiecesView(PagesView):
    right = "coverage.view"
    page_title = gettext_lazy("Live pieces")
    index_url_name = "editorial:live"
    index_results_url_name = "editorial:live_results"

    def listed(self):
        return coverage_lists.good_pieces(CoverageLevels.now())


class WeakView(PagesView):
    """Live pieces that do not fill a cell, and why."""

    right = "coverage.view"
    page_title = gettext_lazy("Stale or low-rated pieces")
    index_url_name = "editorial:weak"
    index_results_url_name = "editorial:weak_results"

    @cached_property
    def columns(self):
        return [*super().columns, Column("review_by", label=_("Look at again by"), accessor=_review_by)]

    def listed(self):
        return coverage_lists.weak_pieces(CoverageLevels.now()).select_related("entry")


class DraftsView(PagesView):
    right = "calendar.change"
    page_title = gettext_lazy("Drafts")
    index_url_name = "editorial:drafts"
    index_results_url_name = "editorial:drafts_results"

    def listed(self):
        return coverage_lists.drafts()


class PlansView(CellView):
    """Planned entries of one cell; readers see titles and days."""

    right = "coverage.view"
    page_title = gettext_lazy("Planned pieces")
    header_icon = "calendar-alt"
    index_url_name = "editorial:planned"
    index_results_url_name = "editorial:planned_results"
    default_ordering = ("due_on", "pk")

    @cached_property
    def columns(self):
        title = TitleColumn("title", label=_("Title"), url_name="editorial:edit" if self.may_change else None)
        day = Column("due_on", label=_("Planned for"), accessor=lambda entry: entry.due_on or _("No day yet"))
        step = Column("step", label=_("Step"), accessor="get_step_display")
        return [title, day, step] if self.may_change else [title, day]

    def listed(self):
        return coverage_lists.plans()


def _review_by(page):
    planned = getattr(page, "entry", None)
    return (planned and planned.review_on) or page.review_by or "–"


def _personas(page) -> str:
    return _("All") if page.for_all_personas else ", ".join(persona.name for persona in page.personas.all()) or "–"
