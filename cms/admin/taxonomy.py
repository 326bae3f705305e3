"""Stages, personas, topics, authors and vehicles: plain lists that marketers keep."""

from django.db.models import Max
from django.forms import CheckboxSelectMultiple
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, NumberColumn, TitleColumn, UsageCountColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import Button, HeaderButton
from wagtail.models import ReferenceIndex

from cms import policy
from cms.admin import personas
from cms.admin.merging import merge
from cms.models import Author, BuyingStage, Objection, Persona, Topic, Vehicle

NAME_AND_SLUG = FieldRowPanel([FieldPanel("name"), FieldPanel("slug")])


class ListOfOurs(ModelViewSet):
    """A list of the library at library/NAME/: most have a name, an address part and a description."""

    list_display = ["name", "description"]
    panels = [NAME_AND_SLUG, FieldPanel("description")]

    @cached_property
    def url_prefix(self):
        return f"library/{self.name}"


class StageCreateView(generic.CreateView):
    """A new stage stands behind the last one."""

    def save_instance(self):
        last = BuyingStage.objects.aggregate(last=Max("sort_order"))["last"]
        self.form.instance.sort_order = 0 if last is None else last + 1
        return super().save_instance()


class StageIndexView(generic.IndexView):
    """The list leads to the page of the whole cycle, which is what sales signs."""

    @cached_property
    def header_buttons(self):
        button = HeaderButton(_("Read the whole cycle"), reverse("cycle:index"), icon_name="doc-full")
        return [*super().header_buttons, button]


class StageViewSet(ListOfOurs):
    """The buying cycle in its order; "Reorder" in the list's menu lets one drag."""

    model = BuyingStage
    name = "stages"
    icon = "order-down"
    menu_label = _("Buying stages")
    menu_order = 30
    sort_order_field = "sort_order"
    ordering = ["sort_order", "pk"]
    add_view_class = StageCreateView
    index_view_class = StageIndexView
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = [
        "name",
        Column("owner_group", label=_("Owner"), accessor="get_owner_group_display"),
        NumberColumn("target_days", label=_("Target days")),
        NumberColumn("target_conversion", label=_("Target %")),
    ]
    panels = [
        NAME_AND_SLUG,
        FieldPanel("definition"),
        FieldPanel("exit_criteria"),
        FieldPanel("what_we_do"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("owner_group"), FieldPanel("owner")]),
                FieldRowPanel([FieldPanel("backup_group"), FieldPanel("backup_owner")]),
            ],
            heading=_("Who answers for it"),
            help_text=_("A group, and a person where one does. The backup steps in when the owner is away."),
        ),
        FieldRowPanel([FieldPanel("target_days"), FieldPanel("target_conversion")], heading=_("Targets")),
        FieldPanel("default_gate"),
    ]


class PersonaViewSet(ListOfOurs):
    """The kinds of readers that pieces are written for."""

    model = Persona
    name = "personas"
    icon = "group"
    menu_label = _("Personas")
    menu_order = 40
    list_display = [TitleColumn("name", label=_("Name"), url_name="personas:page"), "description"]

    def get_urlpatterns(self):
        return [
            *super().get_urlpatterns(),
            path("page/<int:pk>/", personas.page, name="page"),
            path("page/<int:pk>/interview/", personas.add_note, name="add_note"),
            path("page/<int:pk>/interview/<int:note>/", personas.edit_note, name="edit_note"),
            path("page/<int:pk>/interview/<int:note>/delete/", personas.delete_note, name="delete_note"),
        ]


class TopicIndexView(generic.IndexView):
    """The list offers, beside each topic, to merge it into another."""

    def get_list_more_buttons(self, instance):
        buttons = super().get_list_more_buttons(instance)
        if policy.may(self.request.user, "topic.merge"):
            address = reverse("topics:merge", args=[instance.pk])
            buttons.append(Button(_("Merge into another"), address, icon_name="resubmit", priority=60))
        return buttons


class TopicViewSet(ListOfOurs):
    """The controlled list of topics: writers choose from it."""

    model = Topic
    name = "topics"
    icon = "tag"
    menu_label = _("Topics")
    menu_order = 50
    search_fields = ["name"]
    index_view_class = TopicIndexView

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("merge/<int:pk>/", merge, name="merge")]


class ObjectionViewSet(ListOfOurs):
    """What buyers say against it, and what we answer: a controlled list as well."""

    model = Objection
    name = "objections"
    icon = "comment"
    menu_label = _("Objections")
    menu_order = 55
    list_display = ["name", "answer"]
    search_fields = ["name", "answer"]
    panels = [NAME_AND_SLUG, FieldPanel("answer")]


class UsedColumn(UsageCountColumn):
    """How often a row is named, leading to where."""

    def get_cell_context_data(self, instance, parent_context):
        instance.usage_url = reverse("authors:usage", args=[instance.pk])
        return super().get_cell_context_data(instance, parent_context)


class AuthorIndexView(generic.IndexView):
    """The list says how often each is named."""

    def get_base_queryset(self):
        authors = super().get_base_queryset().annotate(usage_count=ReferenceIndex.usage_count_subquery(Author))
        return authors.prefetch_related("topics")


def _topics_of(author: Author) -> str:
    return ", ".join(topic.name for topic in author.topics.all())


class AuthorViewSet(ListOfOurs):
    """Who pieces are signed by, and the experts whom they quote."""

    model = Author
    name = "authors"
    icon = "user"
    menu_label = _("Authors and experts")
    menu_order = 60
    index_view_class = AuthorIndexView
    list_display = [
        "name",
        Column("of_what", label=_("Role")),
        Column("standing", label=_("Standing"), accessor="get_standing_display"),
        Column("topics", label=_("Topics"), accessor=_topics_of),
        UsedColumn("usage_count", label=_("Signed or quoted")),
    ]
    list_filter = ["standing", "topics"]
    search_fields = ["name", "role", "organisation"]
    panels = [
        NAME_AND_SLUG,
        FieldRowPanel([FieldPanel("role"), FieldPanel("organisation")]),
        FieldPanel("standing"),
        FieldPanel("topics", widget=CheckboxSelectMultiple),
        *map(FieldPanel, ("bio", "portrait", "elsewhere", "user")),
    ]


class VehicleViewSet(ListOfOurs):
    """Ways to reach readers."""

    model = Vehicle
    name = "vehicles"
    icon = "site"
    menu_label = _("Vehicles")
    menu_order = 80
