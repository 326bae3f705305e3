"""Reports > Scorecard: how every piece does with its readers, and one piece over time."""

from collections.abc import Iterator
from datetime import timedelta

import django_filters
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.reports import ReportView

from cms import clock, freshness, library, policy, ports, reuse, scorecard_words, scorecards, spreadsheets
from cms.admin import keyed
from cms.admin.menu import item_for
from cms.feedback import ratings, sales
from cms.models import AssetPage, BuyingStage, Persona, Scorecard, Topic
from cms.models.pages import Format

ICON = "view"
WEEKS = 52
TRAIL = {"url": "", "label": gettext_lazy("Scorecard")}


class CardFilters(WagtailFilterSet):
    """Which pieces, and over how long."""

    period = django_filters.ChoiceFilter(
        label=gettext_lazy("Period"),
        choices=[(days, gettext_lazy("%s days") % days) for days in scorecards.PERIODS if days != scorecards.USUAL],
        empty_label=gettext_lazy("90 days"),
        method="leave",
    )
    stage = django_filters.ModelChoiceFilter(
        queryset=BuyingStage.objects.all(), label=gettext_lazy("Stage"), method="leave"
    )
    persona = django_filters.ModelChoiceFilter(
        queryset=Persona.objects.all(), label=gettext_lazy("Persona"), method="leave"
    )
    topic = django_filters.ModelChoiceFilter(queryset=Topic.objects.all(), label=gettext_lazy("Topic"), method="leave")
    format = django_filters.ChoiceFilter(
        choices=Format.choices, label=gettext_lazy("Format"), field_name="asset__format"
    )

    class Meta:
        model = Scorecard
        fields: list = []

    @staticmethod
    def leave(queryset, _name, _value):
        """Asked for together, below."""
        return queryset

    def filter_queryset(self, queryset):
        """Live pieces of this stage, persona and topic, one row each."""
        said = self.form.cleaned_data
        pieces = library.published(None, topic=said["topic"], stage=said["stage"], persona=said["persona"])
        queryset = queryset.filter(days=said["period"] or scorecards.USUAL, asset__in=pieces.order_by().values("pk"))
        return super().filter_queryset(queryset)


class FigureColumn(Column):
    """A number, or why there is none."""

    cell_template_name = "cms/admin/scorecard/cells/figure.html"


class ScorecardReport(policy.RightRequired, ReportView):
    """Live pieces, most readers first; 20 rows, read by key."""

    right = "scorecard.view"
    page_title, header_icon = gettext_lazy("Scorecard"), ICON
    template_name = "cms/admin/scorecard/report.html"
    results_template_name = "cms/admin/scorecard/results.html"
    index_url_name, index_results_url_name = "scorecard", "scorecard-results"
    filterset_class = CardFilters
    verbose_name_plural = gettext_lazy("pieces")
    default_ordering = "-readers"
    export_filename = "scorecard"
    columns = [
        TitleColumn(
            "title",
            label=gettext_lazy("Piece"),
            sort_key="title",
            accessor="asset.title",
            get_url=lambda card: reverse("scorecard-piece", args=[card.asset_id]),
            classname="title",
        ),
        Column("stage", label=gettext_lazy("Stage"), accessor="asset.primary_stage"),
        FigureColumn("readers", label=gettext_lazy("Readers"), sort_key="readers"),
        FigureColumn("relevance", label=gettext_lazy("Relevance"), sort_key="relevance", accessor="relevance_in_words"),
        FigureColumn("became_known", label=gettext_lazy("Became known"), sort_key="became_known"),
        FigureColumn("moves", label=gettext_lazy("Stage moves"), sort_key="moves"),
        FigureColumn("useful", label=gettext_lazy("Useful"), accessor="useful_in_words"),
        FigureColumn("sent", label=gettext_lazy("Sent to"), sort_key="sent"),
        Column("fresh", label=gettext_lazy("Freshness"), accessor="fresh"),
    ]
    export_headings = {
        "asset.title": gettext_lazy("Piece"),
        "asset.primary_stage": gettext_lazy("Stage"),
        "asset.get_format_display": gettext_lazy("Format"),
        "days": gettext_lazy("Period in days"),
        "readers": gettext_lazy("Readers"),
        "known": gettext_lazy("Known readers"),
        "relevance": gettext_lazy("Relevance in percent"),
        "placed": gettext_lazy("Known readers with stage and persona"),
        "became_known": gettext_lazy("Became known"),
        "moves": gettext_lazy("Stage moves"),
        "useful": gettext_lazy("Useful"),
        "not_useful": gettext_lazy("Not useful"),
        "helps": gettext_lazy("Helps sales"),
        "does_not": gettext_lazy("Does not help sales"),
        "sent": gettext_lazy("Sent to"),
        "downloads": gettext_lazy("Downloads"),
        "ratings": gettext_lazy("Ratings"),
        "comments": gettext_lazy("Comments"),
        "answers": gettext_lazy("Poll answers"),
        "shares": gettext_lazy("Passed on"),
        "won": gettext_lazy("In won deals"),
        "fresh": gettext_lazy("Freshness"),
        "counted_at": gettext_lazy("Counted at"),
    }
    list_export = list(export_headings)

    def get_queryset(self):
        """In an order that has no ties."""
        cards = Scorecard.objects.select_related("asset__primary_stage").defer("asset__body")
        return keyed.ordered(self.filter_queryset(cards), self.ordering)

    def get_filtered_queryset(self):
        """Filtered already."""
        return self.get_queryset()

    def paginate_queryset(self, queryset, page_size):
        """No COUNT, no OFFSET: `?after=KEY` goes on behind a row."""
        rows, self.next_key = keyed.page(queryset, self.ordering, self.request.GET.get("after", ""))
        return None, None, rows, False

    def get_table(self, object_list):
        """With what readers and sales said of this page's pieces: two queries. An export asks for itself."""
        return super().get_table([] if self.is_export else decorated(list(object_list)))

    def as_spreadsheet(self, queryset, spreadsheet_format):
        """All rows, in slices."""
        return super().as_spreadsheet(_slices(queryset), spreadsheet_format)

    def get_heading(self, queryset, field):
        """By the table above alone."""
        return str(self.export_headings[field])

    def get_preprocess_function(self, field, value, export_format):
        """Nothing that a spreadsheet would calculate."""
        if export_format == self.FORMAT_CSV and isinstance(value, str):
            return spreadsheets.escaped
        return super().get_preprocess_function(field, value, export_format)

    def get_context_data(self, *args, **kwargs):
        """Words for what the figures mean, and where the next page begins."""
        self.next_key = ""
        context = super().get_context_data(*args, **kwargs)
        more = {
            "definitions": scorecard_words.DEFINITIONS,
            "next_key": self.next_key,
            "after": self.request.GET.get("after"),
        }
        return context | more

    @cached_property
    def verbose_name(self):
        """What a row is."""
        return _("piece")


def decorated(cards: list[Scorecard]) -> list[Scorecard]:
    """With ratings, sales' words and freshness. Two queries."""
    ids = [card.asset_id for card in cards]
    rated, said = ratings.counts(ids), sales.counts(ids)
    for card in cards:
        useful, helps = rated.get(card.asset_id, {}), said.get(card.asset_id, {})
        card.useful, card.not_useful = useful.get("useful", 0), useful.get("not_useful", 0)
        card.helps, card.does_not = helps.get("helps", 0), helps.get("does_not", 0)
        card.useful_in_words = scorecard_words.share(card.useful, card.not_useful)
        card.helps_in_words = scorecard_words.share(card.helps, card.does_not)
        card.relevance_in_words = scorecard_words.relevance(card)
        card.fresh, card.won = capfirst(freshness.in_words(card.asset)), _("not known yet")
    return cards


def _slices(cards) -> Iterator[Scorecard]:
    waiting: list[Scorecard] = []
    for card in cards.iterator(chunk_size=500):
        waiting.append(card)
        if len(waiting) == 500:
            yield from decorated(waiting)
            waiting = []
    yield from decorated(waiting)


@policy.require("scorecard.view")
def piece(request, pk: int):
    """One piece: its figures over each period, beside its peers', week by week, and where it is used."""
    found = get_object_or_404(AssetPage.objects.select_related("primary_stage", "campaign").defer("body"), pk=pk)
    cards = scorecards.of_asset(pk)
    for card in cards:
        card.asset = found
    weeks = ports.readings(pk, clock.now().date() - timedelta(weeks=WEEKS - 1))
    context = {
        "page_title": found.title,
        "header_title": found.title,
        "header_icon": ICON,
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            TRAIL | {"url": reverse("scorecard")},
            {"url": "", "label": found.title},
        ],
        "piece": found,
        "cards": decorated(cards),
        "peers": scorecards.peers(found, scorecards.USUAL),
        "fresh": capfirst(freshness.in_words(found)),
        **_chart(weeks or []),
        "parts": [part for part in reuse.parts(found, request.user) if part.rows],
        "definitions": scorecard_words.DEFINITIONS,
        "may_edit": found.permissions_for_user(request.user).can_edit(),
    }
    return TemplateResponse(request, "cms/admin/scorecard/piece.html", context)


def _chart(weeks: list[dict]) -> dict:
    """Each week with what is above its bar."""
    most = max((week["views"] for week in weeks), default=0)
    return {"weeks": [week | {"upside": most - week["views"]} for week in weeks], "most": most}


URLS = [
    path("reports/scorecard/", ScorecardReport.as_view(), name="scorecard"),
    path("reports/scorecard/results/", ScorecardReport.as_view(results_only=True), name="scorecard-results"),
    path("reports/scorecard/<int:pk>/", piece, name="scorecard-piece"),
]


def menu_item():
    """In the menu of reports."""
    return item_for("scorecard.view")(_("Scorecard"), reverse("scorecard"), name="scorecard", icon_name=ICON, order=300)
