"""The inbox: whom to call today, why, and what became of it."""

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.log_actions import log

from cms import policy
from nurture.contacts.screens import KeysetListing, Screen
from nurture.sales import alerts, inbox
from nurture.sales.forms import OutcomeForm
from nurture.sales.models import Alert

TABS = ((inbox.OPEN, gettext_lazy("To decide")), (inbox.DECIDED, gettext_lazy("Decided")), ("all", gettext_lazy("All")))


class Card:
    """An alert as the inbox shows it."""

    def __init__(self, alert: Alert, may_decide: bool, seller_sees_all: bool):
        self.alert, self.contact, self.account = alert, alert.contact, alert.account
        self.history = list(alert.outcomes.all())
        self.latest = self.history[0] if self.history else None
        self.remark = alerts.weak_edge_remark(alert)
        self.may_decide, self.show_owner = may_decide, seller_sees_all
        self.who = alerts.who(alert)


def card(user, alert: Alert) -> Card:
    """With the buttons that this user may press. No query."""
    held = policy.scope(user, "alert.decide")
    may_decide = held == policy.ALL or (held == policy.OWN and alert.owner_id == user.pk)
    return Card(alert, may_decide, policy.scope(user, "alert.view") == policy.ALL)


class Inbox(KeysetListing):
    """One's own alerts, newest first; a sales manager's are everybody's."""

    right = "alert.view"
    page_title, header_icon = gettext_lazy("Inbox"), "mail"
    template_name = "nurture/sales/inbox.html"
    index_url_name = "nurture:inbox"
    is_searchable = False
    verbose_name_plural = gettext_lazy("alerts")

    @cached_property
    def tab(self):
        """Which alerts: open ones unless the address says otherwise."""
        asked = self.request.GET.get("show", inbox.OPEN)
        return asked if asked in dict(TABS) else inbox.OPEN

    def get_base_queryset(self):
        """Those the person may see, of the tab."""
        return inbox.narrowed(inbox.alerts_of(self.request.user), self.tab)

    def get_context_data(self, *args, **kwargs):
        """Cards and tabs."""
        context = super().get_context_data(*args, **kwargs)
        cards = [card(self.request.user, alert) for alert in context["object_list"]]
        is_first = self.tab == inbox.OPEN and not ({"older", "newer"} & self.request.GET.keys())
        settling = inbox.settling(self.request.user) if is_first else []
        return context | {"cards": cards, "tabs": TABS, "tab": self.tab, "settling": settling}

    @cached_property
    def empty(self):
        """What brings alerts."""
        if self.tab == inbox.DECIDED:
            text = _("What you accept, reject or give back to nurture stands here, with the reason.")
            return {"title": _("Nothing decided yet"), "text": text}
        text = _(
            "When somebody of your accounts reads what sales and marketing agreed to be a signal, they stand here, "
            "in minutes, with the reason and a first sentence for the call. Which pieces are a signal: see the "
            "signal agreements."
        )
        return {"title": _("Nobody to call right now"), "text": text}


class AlertPage(Screen):
    """One alert, where the link in the mail leads; POST decides."""

    right, template_name, header_icon = "alert.view", "nurture/sales/alert.html", "mail"
    trail = ((gettext_lazy("Inbox"), "nurture:inbox"),)

    def find(self, right: str) -> Alert:
        """The alert, if this user has the right on it; else 404, as for a missing one."""
        seen = inbox.alerts_of(self.request.user)
        return policy.get_visible(self.request.user, right, seen, pk=self.kwargs["pk"])

    def get(self, request, pk):
        """The alert alone."""
        self.alert = self.find("alert.view")
        return self.render_to_response(self.get_context_data(card=card(request.user, self.alert)))

    def post(self, request, pk):
        """Decide. Who comes second sees what the first said; nothing is overwritten unseen."""
        self.alert = self.find("alert.decide")
        form = OutcomeForm(request.POST)
        if not form.is_valid():
            words = " ".join(error for errors in form.errors.values() for error in errors)
            context = self.get_context_data(card=card(request.user, self.alert), wrong=words, form=form)
            return self.render_to_response(context, status=422)
        try:
            self.decide(form)
        except alerts.AlreadyDecided as other:
            messages.warning(request, already(other.outcome))
            return HttpResponseRedirect(reverse("nurture:alert", args=[pk]))
        return HttpResponseRedirect(reverse("nurture:inbox"))

    def decide(self, form):
        """One outcome, one line in the audit log."""
        said, user = form.cleaned_data, self.request.user
        outcome = alerts.decide(
            self.alert, said["outcome"], user=user, reason=said["reason"].strip(), seen=said["seen"]
        )
        log(instance=self.alert, action="nurture.alert_decided", user=user, data={"outcome": outcome.outcome})
        done = {"who": self.alert.contact, "outcome": str(outcome.get_outcome_display()).lower()}
        messages.success(self.request, _("%(who)s: %(outcome)s. It stands on the timeline.") % done)

    def get_page_title(self):
        """Whom to call."""
        return _("Call %s") % self.alert.contact


def already(outcome) -> str:
    """What the person who was first said."""
    if outcome is None:
        return _("The decision that you saw is gone. Look again.")
    who, what = outcome.user or _("Somebody"), str(outcome.get_outcome_display()).lower()
    return _("%(who)s decided before you: %(what)s. Change it below if it should be otherwise.") % {
        "who": who,
        "what": what,
    }
