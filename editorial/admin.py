"""Wagtail's screens for the newsroom's lists."""

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.contrib.settings.registry import register_setting

from cms.keys import number
from cms.models import Topic
from editorial import slot_rules
from editorial.models import BriefPoint, CoverageLevels, Interest, MixTarget, SlotRule
from editorial.models.mix import shares

register_setting(CoverageLevels, icon="table")


class BriefPointViewSet(ModelViewSet):
    """The questions that a brief must answer; the team keeps them under Settings."""

    model = BriefPoint
    menu_label = _("Brief questions")
    icon = "clipboard-list"
    add_to_settings_menu = True
    form_fields = ["text", "format", "needed", "heading"]
    list_display = [
        "text",
        Column("format", label=_("Format"), accessor=lambda point: point.get_format_display() or _g("Every format")),
        BooleanColumn("needed", label=_("Needed before drafting")),
        "heading",
    ]
    sort_order_field = "sort_order"
    copy_view_enabled = False


class _Following:
    """Once a rule is stored, its slots follow at once instead of with the next round of the loop."""

    def save_instance(self):
        rule = super().save_instance()
        slot_rules.follow(rule)
        return rule


class AddSlotRuleView(_Following, generic.CreateView):
    pass


class EditSlotRuleView(_Following, generic.EditView):
    pass


class DeleteSlotRuleView(generic.DeleteView):
    """With the rule goes the room that it holds, as far as nobody touched it."""

    @property
    def confirmation_message(self):
        number = slot_rules.untouched(self.object).count()
        said = ngettext(
            "%d slot to come of this rule that nobody touched is deleted with it.",
            "%d slots to come of this rule that nobody touched are deleted with it.",
            number,
        )
        kept = _g("Slots that were moved, filled or given up stay.")
        return " ".join([super().confirmation_message, said % number, kept])

    def delete_action(self):
        with transaction.atomic():
            slot_rules.untouched(self.object).delete()
            super().delete_action()


class SlotRuleViewSet(ModelViewSet):
    """Rules for held room: how often, at which stages."""

    model = SlotRule
    menu_label = _("Held room")
    icon = "circle-plus"
    add_view_class = AddSlotRuleView
    edit_view_class = EditSlotRuleView
    delete_view_class = DeleteSlotRuleView
    copy_view_enabled = False
    list_display = ["name", Column("every", label=_("How often"), accessor="get_every_display"), "begins_on", "ends_on"]
    panels = [
        FieldPanel("name"),
        FieldPanel("stages", widget=forms.CheckboxSelectMultiple),
        FieldPanel("every"),
        FieldRowPanel([FieldPanel("begins_on"), FieldPanel("ends_on")]),
        FieldRowPanel([FieldPanel("topic"), FieldPanel("persona")]),
        FieldPanel("note"),
    ]


class AddInterestView(generic.CreateView):
    """The topic may come in the address, where readers ask for one."""

    def get_initial_form_instance(self):
        key = number(self.request.GET.get("topic"))
        return Interest(topic=Topic.objects.filter(pk=key).first() if key else None)


class InterestViewSet(ModelViewSet):
    """The short list of topics that matter most, and how often each is to be written about."""

    model = Interest
    menu_label = _("Interests")
    icon = "glasses"
    add_view_class = AddInterestView
    copy_view_enabled = False
    list_display = ["topic", "every_weeks", "owner", "note"]
    sort_order_field = "sort_order"
    panels = [FieldPanel("topic"), FieldRowPanel([FieldPanel("every_weeks"), FieldPanel("owner")]), FieldPanel("note")]


interest_list = InterestViewSet("interests", url_prefix="newsroom/interest-list")


class MixTargetForm(WagtailAdminModelForm):
    """A target about any kind that there is now."""

    share_of = forms.ChoiceField(label=_("Share of"), choices=shares)


class MixTargetsView(generic.IndexView):
    """Each target says what it is about, in the two queries that all of them cost."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        names = {value: name for _group, found in shares() for value, name in found}
        for target in context["object_list"]:
            target.named = names.get(target.share_of, _g("deleted"))
        return context


class MixTargetViewSet(ModelViewSet):
    """What the plan should be made of, and from when to when."""

    model = MixTarget
    index_view_class = MixTargetsView
    menu_label = _("Targets for the mix")
    icon = "sliders"
    copy_view_enabled = False
    list_display = [
        Column("share_of", label=_("Share of"), accessor="named"),
        Column("bound", label=_("How much"), accessor="get_bound_display"),
        "percent",
        "valid_from",
        "valid_until",
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("share_of"),
            FieldRowPanel([FieldPanel("bound"), FieldPanel("percent")]),
            FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_until")]),
        ],
        base_form_class=MixTargetForm,
    )


mix_targets = MixTargetViewSet("mix_targets", url_prefix="newsroom/mix-targets")
slot_rules_list = SlotRuleViewSet("slot_rules", url_prefix="newsroom/room-rules")
brief_points = BriefPointViewSet("brief_points", url_prefix="newsroom/brief-questions")
