"""Gates in the admin: the forms, how they do, where they stand, and what was sent through them."""

from django.contrib import messages
from django.db import transaction
from django.db.models import ProtectedError
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column, NumberColumn, TitleColumn
from wagtail.admin.views import generic
from wagtail.log_actions import log

from cms import keys, policy
from cms.admin.taxonomy import ListOfOurs
from cms.gates import export, figures, offers, submissions
from cms.gates.models import Gate, GateSubmission

PAGE_SIZE = 25
State = GateSubmission.State
TABS = ((State.TAKEN.value, State.TAKEN.label), (State.HELD.value, State.HELD.label))


class GateIndexView(generic.IndexView):
    """The list counts in its own query."""

    def get_base_queryset(self):
        return figures.with_figures(super().get_base_queryset())


class GateInspectView(generic.InspectView):
    """Where it stands, and how it does there."""

    def get_context_data(self, **kwargs):
        standing = list(offers.standing(self.object).defer("body")[: figures.SHOWN_PIECES])
        lines = figures.by_piece(self.object)
        known = {line.asset_id for line in lines}
        found = {
            "lines": lines + [figures.Line(one.pk, one.title, 0, 0) for one in standing if one.pk not in known],
            "standing": {one.pk for one in standing},
            "stages": list(self.object.stages.all()),
            "questions": list(self.object.questions.all()),
            "opened": sum(line.opened for line in lines),
            "sent": sum(line.sent for line in lines),
            "may_read": policy.may(self.request.user, "gate.read"),
        }
        return super().get_context_data(**kwargs) | found | {"percent": figures.percent(found["opened"], found["sent"])}


class GateDeleteView(generic.DeleteView):
    """One that stands somewhere, or was sent, stays; the screen says so."""

    def form_valid(self, form):
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except ProtectedError:
            said = _(
                "“%s” stands before pieces or stages, or was sent by readers, so it stays. Take it off the pieces."
            )
            messages.error(self.request, said % self.object)
            return redirect(reverse("gates:inspect", args=[self.object.pk]))


@policy.require("gate.read")
def sent(request, pk: int):
    """What was sent, newest first; `before` is the key of the last one of the page before."""
    gate = get_object_or_404(Gate, pk=pk)
    tab = request.GET.get("show", "")
    tab = tab if tab in dict(TABS) else State.TAKEN.value
    rows = GateSubmission.objects.filter(gate=gate, state=tab).order_by("-pk")
    if before := keys.number(request.GET.get("before")):
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE_SIZE + 1])
    title = _("Sent through “%s”") % gate
    trail = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("gates:index"), "label": _("Gates")},
        {"url": reverse("gates:inspect", args=[gate.pk]), "label": str(gate)},
        {"url": "", "label": _("Sent")},
    ]
    context = {
        "page_title": title,
        "header_title": title,
        "header_icon": "form",
        "breadcrumbs_items": trail,
        "gate": gate,
        "rows": [(one, [submissions.REASONS[key] for key in one.reasons]) for one in found[:PAGE_SIZE]],
        "next_key": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
        "paged": bool(before),
        "tabs": TABS,
        "tab": tab,
    }
    return TemplateResponse(request, "cms/admin/gate_sent.html", context)


@policy.require("gate.read")
@require_POST
def decide(request, pk: int, submission: int):
    """Release what was held back, or end the links of what was taken."""
    row = get_object_or_404(GateSubmission.objects.select_related("gate", "asset"), pk=submission, gate=pk)
    if request.POST.get("verdict") == "release":
        if submissions.release(row, request.user):
            messages.success(request, _("Released: the file is on its way by mail."))
    elif request.POST.get("verdict") == "revoke" and submissions.revoke(row, request.user):
        messages.success(request, _("Its links give no file any more."))
    return redirect("gates:sent", pk)


@policy.require("gate.read")
@require_POST
def download(request, pk: int):
    """All of it as CSV. It holds people's addresses, so it stands in the gate's history who took it."""
    gate = get_object_or_404(Gate, pk=pk)
    log(gate, "gate.export", user=request.user)
    response = StreamingHttpResponse(export.lines(gate), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(gate.name) or "gate"}.csv"'
    return response


class GateViewSet(ListOfOurs):
    """The forms before files, each for as many pieces as one likes."""

    model = Gate
    name = "gates"
    icon = "form"
    menu_label = gettext_lazy("Gates")
    menu_order = 16
    index_view_class = GateIndexView
    inspect_view_class = GateInspectView
    delete_view_class = GateDeleteView
    inspect_view_enabled = True
    inspect_template_name = "cms/admin/gate.html"
    copy_view_enabled = False
    list_display = [
        TitleColumn("name", label=gettext_lazy("Name"), url_name="gates:inspect"),
        NumberColumn("opened", label=gettext_lazy("Opened")),
        NumberColumn("sent", label=gettext_lazy("Sent")),
        Column("share", label=gettext_lazy("Of those"), accessor=lambda gate: figures.percent(gate.opened, gate.sent)),
    ]
    panels = [
        FieldPanel("name"),
        MultiFieldPanel(
            [FieldPanel("heading"), FieldPanel("intro"), FieldPanel("button")], heading=gettext_lazy("What readers see")
        ),
        InlinePanel(
            "questions",
            heading=gettext_lazy("Questions"),
            label=gettext_lazy("Question"),
            help_text=gettext_lazy(
                "The mail address is always asked, and two of these at a time that the reader has not answered yet:"
                " first company, job title and name, then in this order."
            ),
        ),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("asks_email"), FieldPanel("asks_open_tracking")])],
            heading=gettext_lazy("Consent, a box each that nobody has ticked"),
        ),
    ]

    def get_urlpatterns(self):
        """With what was sent."""
        ours = [
            path("<int:pk>/sent/", sent, name="sent"),
            path("<int:pk>/sent/<int:submission>/", decide, name="decide"),
            path("<int:pk>/export/", download, name="export"),
        ]
        return [*super().get_urlpatterns(), *ours]
