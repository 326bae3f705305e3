"""What a person keeps of the calendar, a view or a feed; and the feed itself, which needs no session."""

from zoneinfo import ZoneInfo

from django import forms
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.functional import cached_property
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.users.models import UserProfile

from cms import clock, policy
from editorial.calendar import cards, feed
from editorial.calendar.views import CalendarView
from editorial.models import CalendarFeed, SavedView

PASSING = ("on", "from", "after", "export", "mix", "_w_filter_fragment")  # of an address, what is not part of a view


def lasting(query: str) -> str:
    """The part of a calendar's address that says what is shown, not when."""
    kept = QueryDict(query[:4000], mutable=True)
    for name in PASSING:
        kept.pop(name, None)
    return kept.urlencode()


class KeepForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    shared = forms.BooleanField(label=gettext_lazy("For the whole team"), required=False)
    query = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_query(self):
        return lasting(self.cleaned_data["query"])


class KeptScreen(policy.RightRequired, WagtailAdminTemplateMixin, FormView):
    """The views and feeds of this person, and a form for another one of what the calendar showed last."""

    right = "calendar.view"
    header_icon = "calendar-alt"
    page_title = gettext_lazy("Views and feeds")
    form_class = KeepForm
    template_name = "editorial/calendar/kept.html"
    address = None

    def get_initial(self):
        return {"query": lasting(self.request.META["QUERY_STRING"])}

    def get_breadcrumbs_items(self):
        calendar = {"url": reverse("editorial:calendar"), "label": _("Calendar")}
        return [*self.breadcrumbs_items, calendar, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs):
        mine = {
            "views": SavedView.objects.filter(user=self.request.user),
            "feeds": CalendarFeed.objects.filter(user=self.request.user, revoked_at=None),
            "feed_address": self.address,
        }
        return super().get_context_data(**kwargs) | mine

    def form_valid(self, form):
        said = form.cleaned_data
        if "feed" in self.request.POST:
            _feed, secret = feed.subscribe(self.request.user, name=said["name"], query=said["query"])
            self.address = self.request.build_absolute_uri(reverse("calendar_feed", args=[secret]))
            return self.render_to_response(self.get_context_data(form=self.form_class(initial=self.get_initial())))
        try:
            with transaction.atomic():
                SavedView.objects.create(user=self.request.user, **said)
        except IntegrityError:
            form.add_error("name", _("You have a view of this name. Choose another, or delete that one first."))
            return self.form_invalid(form)
        messages.success(self.request, _("The view “%s” is saved.") % said["name"])
        return redirect(f"{reverse('editorial:calendar')}?{said['query']}")


class ForgetView(policy.RightRequired, View):
    """POST deletes one's own view, or ends one's own feed. Another's answers like one that is not there."""

    right = "calendar.view"
    http_method_names = ["post"]

    def post(self, request, kind, pk):
        model = {"view": SavedView, "feed": CalendarFeed}.get(kind)
        found = model and model.objects.filter(user=request.user, pk=pk).first()
        if found is None:
            raise Http404
        if kind == "feed":
            feed.revoke(found)
            messages.success(request, _("The address of “%s” has ended.") % found)
        else:
            found.delete()
            messages.success(request, _("The view “%s” is deleted.") % found)
        return redirect("editorial:kept")


class FeedView(View):
    """GET reads the calendar as the feed's owner may see it now. The secret in the address is the only key."""

    http_method_names = ["get", "head"]

    def get(self, request, secret):
        self.feed = feed.find(secret)
        if self.feed is None or not policy.may(self.feed.user, "calendar.view"):
            raise Http404
        zone = self.zone
        with timezone.override(zone):
            seen = self.calendar
            found = seen.between(feed.span(timezone.localdate(clock.now())))
            cards.complete(found)
        text = feed.write(self.feed.name, found, zone, all_told=seen.may_change)
        headers = {"Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
        headers["ETag"] = etag = quote_etag(feed.mark(text))
        answer = HttpResponse(text, content_type="text/calendar; charset=utf-8", headers=headers)
        return get_conditional_response(request, etag=etag, response=answer)

    @property
    def zone(self):
        """Where the owner is, as they told the newsroom."""
        profile = UserProfile.objects.filter(user=self.feed.user).first()
        return ZoneInfo(profile.get_current_time_zone() if profile else timezone.get_default_timezone_name())

    @cached_property
    def calendar(self) -> CalendarView:
        """The screen with the owner's rights and the filters of the feed."""
        self.request.user, self.request.GET = self.feed.user, QueryDict(self.feed.query)
        seen = CalendarView()
        seen.setup(self.request)
        return seen
