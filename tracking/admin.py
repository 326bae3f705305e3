"""The screen of tracked links: make one for a page and a channel, copy its address, see who followed it.

A link is made once and never changed: its destination is inside the signed address that was handed out.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminPageChooser
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from cms import clock, keys, policy
from cms.models import AssetPage, Campaign
from cms.models.pages import Audience
from tracking import links, queries, stream
from tracking.models import Event, Link
from tracking.models.events import Verdict

READERS = 20


class LinkForm(WagtailAdminModelForm):
    """Which piece, for which channel. What the address carries besides (utm_…) is written by us, not typed."""

    source = forms.SlugField(
        label=_("Source"), max_length=40, required=False, help_text=_("Where you put it: linkedin, partner-blog.")
    )
    medium = forms.SlugField(
        label=_("Medium"), max_length=40, required=False, help_text=_("What kind of place it is: social, print, call.")
    )
    campaign = forms.ModelChoiceField(Campaign.objects.all(), label=_("Campaign"), required=False)

    class Meta:
        model = Link
        fields = ["asset", "label"]
        labels = {"asset": _("Piece"), "label": _("Name")}
        widgets = {"asset": AdminPageChooser(target_models=[AssetPage])}
        help_texts = {"label": _("For your own list, for example: LinkedIn post of 3 March.")}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["asset"].required = True

    def clean_asset(self):
        asset = self.cleaned_data["asset"]
        if not asset.live:
            raise ValidationError(_("This piece is not published; publish it first, or the link leads nowhere."))
        if asset.audience == Audience.SALES_ONLY:
            raise ValidationError(_("This piece is for sales only and has no address on the site; choose another."))
        return asset

    def save(self, commit: bool = True) -> Link:
        """The link with its ref, its destination and what the address carries."""
        chosen = self.cleaned_data
        named = {
            "source": chosen["source"],
            "medium": chosen["medium"],
            "campaign": chosen["campaign"].utm_campaign if chosen["campaign"] else "",
        }
        link = self.instance
        link.utm = {name: value for name, value in named.items() if value}
        query = urlencode({f"utm_{name}": value for name, value in link.utm.items()})
        path = chosen["asset"].get_url_parts()[2]
        link.destination = settings.BASE_URL + path + (f"?{query}" if query else "")
        link.ref, link.created_at, link.created_by = uuid4(), clock.now(), self.for_user
        return super().save(commit)


class LinksView(policy.RightRequired, generic.IndexView):
    """All links, newest first."""

    right = "link.make"

    def get_base_queryset(self):
        return Link.objects.select_related("asset", "created_by").order_by("-pk")


class MakeView(policy.RightRequired, generic.CreateView):
    right = "link.make"

    def get_success_url(self):
        return reverse("links:inspect", args=[self.object.pk])

    def get_success_buttons(self):
        return []


class LinkView(policy.RightRequired, generic.InspectView):
    """One link: the address to copy, and what came of it."""

    right = "link.make"
    page_title = _("Tracked link")
    template_name = "tracking/link.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        link = self.object
        context["address"] = links.tracked_url(link.destination, link.ref)
        context |= _readers(link, self.request.GET)
        context["figures"] = queries.link_figures([link.ref]).get(link.ref, {"followed": 0, "read": 0, "robots": 0})
        return context


def _readers(link: Link, asked: Any) -> dict[str, Any]:
    """Who came by this link, newest first, paged by key: people, or with `robots` the machines. Three queries."""
    robots, before = bool(asked.get("robots")), asked.get("before", "")
    found = Event.objects.filter(link_ref=link.ref).order_by("-pk")
    found = found.exclude(verdict=Verdict.HUMAN) if robots else found.filter(verdict=Verdict.HUMAN)
    if key := keys.number(before):
        found = found.filter(pk__lt=key)
    events = list(found[: READERS + 1])
    older = events[READERS - 1].pk if len(events) > READERS else None
    events = events[:READERS]
    return {"events": events, "lines": stream.lines(events), "older": older, "robots": robots, "before": before}


class MadeOnce(ModelPermissionPolicy):
    """Links are made and read; nobody changes or deletes one, not even an administrator."""

    def user_has_permission(self, user, action):
        return action in ("add", "view") and super().user_has_permission(user, action)


register_permission_policy(Link, MadeOnce(Link))


class LinkViewSet(ModelViewSet):
    """Tracked links, in the library's menu."""

    model = Link
    name = "links"
    url_prefix = "links"
    icon = "link"
    menu_label = _("Tracked links")
    menu_order = 900
    index_view_class = LinksView
    add_view_class = MakeView
    inspect_view_class = LinkView
    inspect_view_enabled = True
    copy_view_enabled = False
    list_display = [
        "label",
        Column("asset", label=_("Piece")),
        Column("created_by", label=_("Made by")),
        DateColumn("created_at", label=_("Made")),
    ]
    search_fields = ["label"]
    list_per_page = 20

    def get_form_class(self, for_update=False):
        return LinkForm


links_viewset = LinkViewSet()
