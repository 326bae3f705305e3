"""The screens of other sites: name one, paste its snippet, and see its first event arrive."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from cms import clock, policy
from tracking import sites
from tracking.models import TrackedSite


class OriginsField(forms.CharField):
    """Origins, one a line, as browsers write them; a page's whole address is cut to its origin."""

    widget = forms.Textarea(attrs={"rows": 3})

    def __init__(self, **kwargs: Any):
        super().__init__(label=gettext_lazy("Origins"), **kwargs)

    def clean(self, value: Any) -> list[str]:
        """As a list, each once."""
        found = []
        for line in super().clean(value).split():
            try:
                found.append(sites.origin_of(line))
            except (ValueError, UnicodeError) as error:
                wrong = _("“%s” is no web address. Write each with its scheme, like https://www.example.com.")
                raise ValidationError(wrong % line[:100]) from error
        return list(dict.fromkeys(found))


class SiteForm(WagtailAdminModelForm):
    """A name, the origins it may send from, and whether its readers were asked."""

    origins = OriginsField(
        help_text=gettext_lazy("One a line, for example https://www.example.com. Events from elsewhere are dropped."),
    )

    class Meta:
        model = TrackedSite
        fields = ["name", "origins", "consent", "is_open"]
        labels = {"consent": gettext_lazy("Consent"), "is_open": gettext_lazy("Takes events")}
        widgets = {"consent": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial["origins"] = "\n".join(self.instance.origins)

    def save(self, commit: bool = True) -> TrackedSite:
        """With who made it, and when."""
        if self.instance.pk is None:
            self.instance.created_at, self.instance.created_by = clock.now(), self.for_user
        return super().save(commit)


class TryForm(forms.Form):
    """The page that should send."""

    page = forms.CharField(label=gettext_lazy("Address of a page with the snippet"), max_length=2000)

    def __init__(self, *args: Any, site: TrackedSite, **kwargs: Any):
        self.site = site
        super().__init__(*args, label_suffix="", **kwargs)

    def clean_page(self) -> str:
        """A page of one of the site's origins."""
        page = self.cleaned_data["page"].strip()
        try:
            origin = sites.origin_of(page)
        except (ValueError, UnicodeError) as error:
            raise ValidationError(_("This is no web address. Write it with https:// at its beginning.")) from error
        if origin not in self.site.origins:
            wrong = _(
                "This page is at %(origin)s, and this site's origins are %(known)s. Add it there, if it is yours."
            )
            raise ValidationError(wrong, params={"origin": origin, "known": ", ".join(self.site.origins)})
        return page


class SitesView(policy.RightRequired, generic.IndexView):
    right = "site.manage"


class AddSiteView(policy.RightRequired, generic.CreateView):
    right = "site.manage"

    def get_success_url(self):
        return reverse("tracked_sites:inspect", args=[self.object.pk])

    def get_success_buttons(self):
        return []


class EditSiteView(policy.RightRequired, generic.EditView):
    right = "site.manage"

    def get_success_url(self):
        return reverse("tracked_sites:inspect", args=[self.object.pk])


class SiteView(policy.RightRequired, generic.InspectView):
    """The snippet, and the try: `page` and `since` say which page was opened, and when."""

    right = "site.manage"
    page_title = gettext_lazy("Other site")
    template_name = "tracking/ledger/site.html"

    def get_page_subtitle(self):
        return self.object.name

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form = TryForm(self.request.GET if "page" in self.request.GET else None, site=self.object)
        context |= {"snippet": sites.snippet(self.object), "form": form}
        if form.is_valid():
            since = _moment(self.request.GET.get("since", ""))
            context |= {"page": form.cleaned_data["page"], "since": since.isoformat()}
            context["outcome"] = sites.outcome(self.object, since)
        return context


@policy.require("site.manage")
def heard(request, pk: int):
    """What came of the try since `since`, for the page's script."""
    site = get_object_or_404(TrackedSite, pk=pk)
    outcome = sites.outcome(site, _moment(request.GET.get("since", "")))
    headers = {"X-Go-On": "1" if outcome.is_open else "0"}
    return TemplateResponse(
        request, "tracking/ledger/outcome.html", {"outcome": outcome, "site": site}, headers=headers
    )


def _moment(text: str) -> datetime:
    """The time in our own address; now when there is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return clock.now()
    return found if found.tzinfo else clock.now()


class TrackedSiteViewSet(ModelViewSet):
    """Other sites, in the ledger's menu."""

    model = TrackedSite
    name = "tracked_sites"
    url_prefix = "ledger/sites"
    icon = "site"
    menu_label = gettext_lazy("Other sites")
    menu_order = 30
    index_view_class = SitesView
    add_view_class = AddSiteView
    edit_view_class = EditSiteView
    inspect_view_class = SiteView
    inspect_view_enabled = True
    copy_view_enabled = False
    list_display = [
        "name",
        Column("origins", label=gettext_lazy("Origins"), accessor=lambda site: ", ".join(site.origins)),
        BooleanColumn("is_open", label=gettext_lazy("Takes events")),
        Column("heard", label=gettext_lazy("Last event"), accessor=lambda site: _last(site)),
    ]
    search_fields = ["name"]
    list_per_page = 20

    def get_form_class(self, for_update=False):
        return SiteForm

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("heard/<int:pk>/", heard, name="heard")]


def _last(site: TrackedSite) -> str:
    return f"{datetime.fromisoformat(site.heard['at']):%-d %b %Y, %H:%M}" if site.heard else _("none yet")


sites_viewset = TrackedSiteViewSet()
