"""Stages, personas, topics, authors, campaigns and vehicles: plain lists that marketers keep."""

from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from cms.models import Author, BuyingStage, Campaign, Persona, Topic, Vehicle


class StageCreateView(generic.CreateView):
    """A new stage stands behind the last one."""

    def save_instance(self):
        last = BuyingStage.objects.aggregate(last=Max("sort_order"))["last"]
        self.form.instance.sort_order = 0 if last is None else last + 1
        return super().save_instance()


class StageViewSet(ModelViewSet):
    """The buying cycle in its order; "Reorder" in the list's menu lets one drag."""

    model = BuyingStage
    name = "stages"
    url_prefix = "library/stages"
    icon = "order-down"
    menu_label = _("Buying stages")
    menu_order = 30
    sort_order_field = "sort_order"
    ordering = ["sort_order", "pk"]
    add_view_class = StageCreateView
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = [
        "name",
        Column("owner_group", label=_("Owner"), accessor="get_owner_group_display"),
        NumberColumn("target_days", label=_("Target days")),
        NumberColumn("target_conversion", label=_("Target %")),
    ]
    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]),
        FieldPanel("definition"),
        FieldPanel("exit_criteria"),
        FieldPanel("what_we_do"),
        MultiFieldPanel(
            [FieldPanel("owner_group"), FieldRowPanel([FieldPanel("owner"), FieldPanel("backup_owner")])],
            heading=_("Who answers for it"),
        ),
        FieldRowPanel([FieldPanel("target_days"), FieldPanel("target_conversion")], heading=_("Targets")),
    ]


class PersonaViewSet(ModelViewSet):
    """The kinds of readers that pieces are written for."""

    model = Persona
    name = "personas"
    url_prefix = "library/personas"
    icon = "group"
    menu_label = _("Personas")
    menu_order = 40
    list_display = ["name", "description"]
    panels = [FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]), FieldPanel("description")]


class TopicViewSet(ModelViewSet):
    """The controlled list of topics: writers choose from it."""

    model = Topic
    name = "topics"
    url_prefix = "library/topics"
    icon = "tag"
    menu_label = _("Topics")
    menu_order = 50
    list_display = ["name", "description"]
    search_fields = ["name"]
    panels = [FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]), FieldPanel("description")]


class AuthorViewSet(ModelViewSet):
    """Who pieces are signed by."""

    model = Author
    name = "authors"
    url_prefix = "library/authors"
    icon = "user"
    menu_label = _("Authors")
    menu_order = 60
    list_display = ["name", "role"]
    panels = [FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]), FieldPanel("role"), FieldPanel("bio")]


class CampaignIndexView(generic.IndexView):
    """The list reads each campaign's vehicle in the same query."""

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("vehicle")


class CampaignViewSet(ModelViewSet):
    """Undertakings with an objective, dates and a budget."""

    model = Campaign
    name = "campaigns"
    url_prefix = "library/campaigns"
    icon = "pick"
    menu_label = _("Campaigns")
    menu_order = 70
    index_view_class = CampaignIndexView
    list_display = ["name", "vehicle", DateColumn("starts_on"), DateColumn("ends_on"), "utm_campaign"]
    list_filter = ["vehicle"]
    search_fields = ["name", "utm_campaign"]
    panels = [
        FieldPanel("name"),
        FieldPanel("objective"),
        FieldRowPanel([FieldPanel("vehicle"), FieldPanel("utm_campaign")]),
        FieldPanel("audience"),
        FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on"), FieldPanel("budget")]),
        FieldPanel("expected_result"),
    ]


class VehicleViewSet(ModelViewSet):
    """Ways to reach readers."""

    model = Vehicle
    name = "vehicles"
    url_prefix = "library/vehicles"
    icon = "site"
    menu_label = _("Vehicles")
    menu_order = 80
    list_display = ["name", "description"]
    panels = [FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]), FieldPanel("description")]
