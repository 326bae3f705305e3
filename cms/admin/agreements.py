"""The screens of signal agreements: where each stands, who signed which version when, and withdrawing."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.snippets.views.snippets import IndexView, InspectView, SnippetViewSet

from cms import agreements, clock, policy, ports
from cms.admin.columns import DayColumn
from cms.models import SignalAgreement

SOON_DAYS = 14
SHOWN_PIECES = 30


class StateColumn(Column):
    """Where an agreement stands: a coloured dot, and the words."""

    cell_template_name = "cms/admin/state_cell.html"

    def get_value(self, instance):
        return agreements.state(instance)

    def get_cell_context_data(self, instance, parent_context):
        context = super().get_cell_context_data(instance, parent_context)
        return context | {"note": note(instance)}


def note(agreement: SignalAgreement) -> str:
    """What its state alone does not say: that a new version waits, or that its last day is near."""
    if agreement.signed and agreement.in_review:
        return _("A new version waits for signature")
    left = (agreement.expires_on - agreement.day).days if agreement.expires_on else SOON_DAYS + 1
    if agreements.state(agreement) == agreements.State.IN_FORCE and left <= SOON_DAYS:
        return ngettext("Ends in %(n)s day", "Ends in %(n)s days", left) % {"n": left} if left else _("Ends today")
    return ""


def signal_in_words(agreement: SignalAgreement) -> str:
    """Which pieces are the signal, as one line: the single pieces, or the set."""
    parts = [str(part) for part in (agreement.stage, agreement.topic, agreement.get_format_display()) if part]
    described = [_("Every piece: %(set)s") % {"set": " · ".join(parts)}] if parts else []
    return "; ".join([*(asset.title for asset in agreement.assets.all()), *described]) or _("Nothing yet")


class AgreementIndexView(IndexView):
    """All agreements with their state, each read once."""

    def get_base_queryset(self):
        rows = agreements.with_state(super().get_base_queryset(), clock.now())
        return rows.select_related("stage", "topic").prefetch_related("assets")


class AgreementInspectView(InspectView):
    """What was agreed, where it stands, and every signature it ever had."""

    page_title = gettext_lazy("Signal agreement")

    def get_object(self, queryset=None):
        rows = agreements.with_state(SignalAgreement.objects.select_related("stage", "topic"), clock.now())
        return policy.get_visible(self.request.user, "agreement.view", rows, pk=self.pk)

    def get_context_data(self, **kwargs):
        user, state = self.request.user, agreements.state(self.object)
        context = super().get_context_data(**kwargs)
        covered = list(agreements.pieces(self.object)[: SHOWN_PIECES + 1])
        figures = ports.asset_figures([piece.pk for piece in covered])
        signatures = self.object.signatures.select_related("user", "revision", "revision__user")
        may_sign = self.object.in_review and policy.may(user, "agreement.sign")
        standing = state in (agreements.State.IN_FORCE, agreements.State.EXPIRED)
        return context | {
            "state": state,
            "signal": signal_in_words(self.object),
            "signatures": signatures,
            "history": [(entry, agreements.HISTORY[entry.action]) for entry in agreements.history(self.object)],
            "note": note(self.object),
            "pieces": [(piece, figures.get(piece.pk)) for piece in covered[:SHOWN_PIECES]],
            "more_pieces": len(covered) > SHOWN_PIECES,
            "came_of_it": ports.agreement_figures([self.object.pk]).get(self.object.pk),
            "sign_url": reverse("agreements:edit", args=[self.object.pk]) if may_sign else "",
            "may_withdraw": standing and policy.may(user, "agreement.withdraw"),
        }


@policy.require("agreement.withdraw")
@require_POST
def withdraw(request, pk: int):
    """End an agreement, with the reason given."""
    agreement = policy.get_visible(request.user, "agreement.view", SignalAgreement.objects.all(), pk=pk)
    try:
        agreements.withdraw(agreement, request.user, request.POST.get("reason", "").strip())
    except agreements.NotInForceError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(name)s is withdrawn. It raises no more alerts.") % {"name": agreement.name})
    return redirect("agreements:inspect", pk)


class AgreementViewSet(SnippetViewSet):
    """Drafted by marketing, signed by sales through the workflow "Sales signs"."""

    model = SignalAgreement
    admin_url_namespace = "agreements"
    base_url_path = "library/agreements"
    icon = "clipboard-list"
    menu_item_is_registered = True  # in the Library menu, so not under “Snippets” too
    menu_label = gettext_lazy("Signal agreements")
    menu_order = 20
    index_view_class = AgreementIndexView
    inspect_view_class = AgreementInspectView
    inspect_template_name = "cms/admin/agreement.html"
    inspect_view_enabled = True
    copy_view_enabled = True
    list_display = [
        TitleColumn("name", label=gettext_lazy("Name"), url_name="agreements:inspect", classname="title"),
        StateColumn("state", label=gettext_lazy("State")),
        Column("signal", label=gettext_lazy("Signal"), accessor=signal_in_words, classname="lede-wide"),
        DayColumn("expires_on", label=gettext_lazy("Last day")),
    ]

    def get_urlpatterns(self):
        return [*super().get_urlpatterns(), path("withdraw/<int:pk>/", withdraw, name="withdraw")]
