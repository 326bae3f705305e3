"""Campaigns: their list, and each one's page with everything that points at it."""

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views import generic

from cms import campaigns
from cms.admin.taxonomy import ListOfOurs
from cms.models import Campaign


class CampaignIndexView(generic.IndexView):
    """The list reads each campaign's vehicle in the same query, and leads to its page."""

    def get_base_queryset(self):
        return super().get_base_queryset().select_related("vehicle")


class CampaignPage(generic.InspectView):
    """What it is for, what belongs to it, what came of it."""

    template_name = "cms/admin/campaign.html"
    page_title = _("Campaign")

    def get_context_data(self, **kwargs):
        """The result and each app's part."""
        parts = campaigns.parts(self.object, self.request.user)
        result = campaigns.result(self.object)
        return super().get_context_data(
            campaign=self.object, result=result, parts=parts, currency=settings.CURRENCY, **kwargs
        )


def _day(day) -> str:
    return date_format(day, "j M Y") if day else ""


COSTS = format_lazy(_("What was paid, in {}"), settings.CURRENCY)
COST = [FieldPanel("what"), FieldPanel("amount"), FieldPanel("paid_on")]
BUDGET = FieldPanel("budget", heading=format_lazy(_("Budget in {}"), settings.CURRENCY))


class CampaignViewSet(ListOfOurs):
    """Undertakings with an objective, dates and a budget."""

    model = Campaign
    name = "campaigns"
    icon = "pick"
    menu_label = _("Campaigns")
    menu_order = 70
    index_view_class = CampaignIndexView
    inspect_view_enabled = True
    inspect_view_class = CampaignPage
    list_display = [
        TitleColumn("name", label=_("Name"), url_name="campaigns:inspect", sort_key="name"),
        "vehicle",
        Column("starts_on", label=_("From"), accessor=lambda campaign: _day(campaign.starts_on)),
        Column("ends_on", label=_("Until"), accessor=lambda campaign: _day(campaign.ends_on)),
        Column("utm_campaign", label=_("UTM campaign")),
    ]
    list_filter = ["vehicle"]
    search_fields = ["name", "utm_campaign"]
    panels = [
        FieldPanel("name"),
        FieldPanel("objective"),
        FieldRowPanel([FieldPanel("vehicle"), FieldPanel("utm_campaign")]),
        FieldPanel("audience"),
        FieldRowPanel(
            [
                FieldPanel("starts_on"),
                FieldPanel("ends_on"),
                BUDGET,
            ]
        ),
        FieldPanel("expected_result"),
        InlinePanel("costs", heading=COSTS, label=_("Cost"), panels=[FieldRowPanel(COST)]),
    ]
