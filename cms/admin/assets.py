"""The list of all pieces, wherever they are in the page tree, filtered by how they are tagged."""

from django.db.models import Q
from django.forms import CheckboxSelectMultiple, RadioSelect
from django.utils.translation import gettext_lazy as _
from django_filters.filters import ChoiceFilter, ModelMultipleChoiceFilter, MultipleChoiceFilter
from wagtail.admin.auth import permission_denied
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageStatusColumn, PageTitleColumn
from wagtail.admin.views.pages.choose_parent import ChooseParentView
from wagtail.admin.views.pages.listing import IndexView, PageFilterSet
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.permissions import page_permission_policy

from cms import placements
from cms.feedback import ratings, sales
from cms.models import AssetPage, BuyingStage, Objection, Persona, Topic
from cms.models.pages import Approach, Audience, Format, Length, ShelfLife

UNCLASSIFIED = _("Unclassified")


def _several(label, queryset):
    return ModelMultipleChoiceFilter(label=label, queryset=queryset, widget=CheckboxSelectMultiple)


def _one_of(label, choices):
    return MultipleChoiceFilter(label=label, choices=choices, widget=CheckboxSelectMultiple)


class MissingFilter(ChoiceFilter):
    """Pieces whose tagging is not finished."""

    LACKS = {
        "stage": Q(primary_stage=None),
        "persona": Q(personas=None, for_all_personas=False),
        "topic": Q(topics=None),
    }

    def filter(self, queryset, value):
        return queryset.filter(self.LACKS[value]) if value in self.LACKS else queryset


class AssetFilterSet(PageFilterSet):
    """Stage, persona, topic and the closed lists; several values of one filter widen, filters together narrow."""

    missing = MissingFilter(
        label=_("Not classified"),
        empty_label=_("Any"),
        choices=[("stage", _("Without stage")), ("persona", _("Without persona")), ("topic", _("Without topic"))],
        widget=RadioSelect,
    )
    primary_stage = _several(_("Stage"), BuyingStage.objects.all())
    personas = _several(_("Persona"), Persona.objects.all())
    topics = _several(_("Topic"), Topic.objects.all())
    objections = _several(_("Objections answered"), Objection.objects.all())
    format = _one_of(_("Format"), Format.choices)
    length = _one_of(_("Length"), Length.choices)
    approach = _one_of(_("Idea or product"), Approach.choices)
    shelf_life = _one_of(_("Shelf life"), ShelfLife.choices)
    audience = _one_of(_("Audience"), Audience.choices)
    site = None
    has_child_pages = None
    edited_by = None

    class Meta:
        model = AssetPage
        fields = []


def personas_in_words(page: AssetPage) -> str:
    """For whom a piece is: "All", the names, or that nobody said."""
    if page.for_all_personas:
        return str(_("All"))
    return ", ".join(str(persona) for persona in page.personas.all()) or str(UNCLASSIFIED)


def placed_in_words(page: AssetPage) -> str:
    """What sales says of its stage; a dash where there is none, or the piece is no public matter yet."""
    return str(placements.State(page.placed).label) if page.primary_stage_id and page.live else "–"


def useful_in_words(page: AssetPage) -> str:
    """How many readers found it useful, of those who said; a dash where nobody did. `AssetIndexView` counts them."""
    useful, not_useful = page.rated.get("useful", 0), page.rated.get("not_useful", 0)
    if not useful + not_useful:
        return "–"
    return _("%(useful)s of %(all)s") % {"useful": useful, "all": useful + not_useful}


def helps_in_words(page: AssetPage) -> str:
    """How many salespeople say that it helps them, of those who said; a dash where nobody did."""
    helps, does_not = page.sales_said.get("helps", 0), page.sales_said.get("does_not", 0)
    return _("%(useful)s of %(all)s") % {"useful": helps, "all": helps + does_not} if helps + does_not else "–"


class AssetIndexView(IndexView):
    """The list reads stages, personas and ratings once for all rows."""

    base_filterset_class = AssetFilterSet

    def annotate_queryset(self, pages):
        pages = placements.with_state(super().annotate_queryset(pages))
        return pages.prefetch_related("primary_stage", "personas")

    def get_table(self, object_list):
        """Ratings of this page's pieces only. How many read them is not asked here: that counts a growing ledger."""
        pages = list(object_list)
        rated = ratings.counts([page.pk for page in pages])
        said = sales.counts([page.pk for page in pages])
        for page in pages:
            page.rated, page.sales_said = rated.get(page.pk, {}), said.get(page.pk, {})
        return super().get_table(pages)


class AssetParentView(ChooseParentView):
    """Where a new piece goes: asked only of those who may add one."""

    def dispatch(self, request, *args, **kwargs):
        if not page_permission_policy.user_has_permission(request.user, "add"):
            return permission_denied(request)
        return super().dispatch(request, *args, **kwargs)


class AssetViewSet(PageListingViewSet):
    """Every piece in one list."""

    model = AssetPage
    index_view_class = AssetIndexView
    choose_parent_view_class = AssetParentView
    filterset_class = AssetFilterSet
    name = "assets"
    url_prefix = "library/assets"
    icon = "doc-full-inverse"
    menu_label = _("Assets")
    menu_order = 10
    add_to_admin_menu = False
    columns = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
        Column("stage", label=_("Stage"), accessor=lambda page: page.primary_stage or UNCLASSIFIED),
        Column("placed", label=_("Sales says"), accessor=placed_in_words),
        Column("personas", label=_("Personas"), accessor=personas_in_words),
        Column("format", label=_("Format"), accessor="get_format_display", sort_key="format"),
        Column("useful", label=_("Useful"), accessor=useful_in_words),
        Column("helps", label=_("Helps sales"), accessor=helps_in_words),
        DateColumn(
            "latest_revision_created_at", label=_("Updated"), sort_key="latest_revision_created_at", width="10%"
        ),
        PageStatusColumn("status", label=_("Status"), sort_key="live", width="10%"),
    ]
