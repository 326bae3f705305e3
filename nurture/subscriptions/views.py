"""The screen of subscriptions: who gets what by mail, and how often."""

import django_filters
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn

from cms import policy
from cms.models import Topic
from nurture.contacts.models import Contact
from nurture.contacts.screens import KeysetListing
from nurture.subscriptions.models import Subscription

State = Subscription.State


class SubscriptionFilters(WagtailFilterSet):
    """By how often, what about, and whether it has ended."""

    state = django_filters.ChoiceFilter(
        choices=[(State.ENDED, State.ENDED.label)], label=gettext_lazy("State"), empty_label=State.LIVE.label
    )
    cadence = django_filters.ChoiceFilter(choices=Subscription.Cadence.choices, label=gettext_lazy("How often"))
    topics = django_filters.ModelChoiceFilter(queryset=Topic.objects.all(), label=gettext_lazy("Topic"))

    class Meta:
        model = Subscription
        fields = ["state", "cadence", "topics"]


class SubscriptionList(KeysetListing):
    """Those whose address is confirmed, newest first."""

    right = "contact.view"
    page_title, header_icon = gettext_lazy("Subscriptions"), "mail"
    index_url_name, index_results_url_name = "nurture:subscriptions", "nurture:subscriptions_results"
    filterset_class = SubscriptionFilters
    is_searchable = False
    verbose_name_plural = gettext_lazy("subscriptions")
    columns = [
        TitleColumn(
            "contact",
            label=gettext_lazy("Contact"),
            get_url=lambda row: reverse("nurture:contact", args=[row.contact_id]),
        ),
        Column("cadence", label=gettext_lazy("How often"), accessor=lambda row: row.get_cadence_display()),
        Column(
            "topics",
            label=gettext_lazy("Topics"),
            accessor=lambda row: ", ".join(topic.name for topic in row.topics.all()) or _("Every topic"),
        ),
        Column("sent", label=gettext_lazy("Mails"), classname="wide-only"),
        DateColumn("confirmed_at", label=gettext_lazy("Since"), classname="wide-only"),
    ]

    def get_base_queryset(self):
        """Of the contacts that the person may see."""
        seen = policy.visible(self.request.user, "contact.view", Contact.objects.all())
        rows = Subscription.objects.filter(contact__in=seen.order_by().values("pk")).select_related("contact")
        rows = rows.prefetch_related(Prefetch("topics", Topic.objects.order_by("name")))
        return rows if self.request.GET.get("state") else rows.filter(state=State.LIVE)

    @cached_property
    def empty(self):
        """Where subscriptions come from."""
        text = _("Readers subscribe at the foot of every page of the site; who confirms the address stands here.")
        return {"title": _("Nobody is subscribed"), "text": text}
