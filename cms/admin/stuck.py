"""Reports > Stuck work: what was given up, of every kind, to be tried again or dropped by hand."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.log_actions import log

from cms import keys, policy, stuck
from cms.admin.menu import item_for

FIRST_ROWS = 10
PAGE_SIZE = 50
ICON = "warning"


class DropForm(forms.Form):
    """Why it is dropped, for the audit log and the row itself."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=200,
        help_text=gettext_lazy("Stands in the audit log, and with what was dropped."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@policy.require("stuck.decide")
def index(request):
    """The newest of every kind; with `kind`, all of one, paged by key: `before` is that of the last row."""
    chosen, before = request.GET.get("kind", ""), request.GET.get("before", "")
    asked = [(_kind(chosen), PAGE_SIZE, before)] if chosen else [(kind, FIRST_ROWS, "") for kind in stuck.kinds()]
    found = [_page(*one) for one in asked]
    context = _furniture(_("Stuck work")) | {
        "sections": [section for section in found if section["lines"]],
        "chosen": chosen,
        "paged": bool(before),
    }
    return TemplateResponse(request, "cms/admin/stuck.html", context)


@policy.require("stuck.decide")
@require_POST
def retry(request, kind, pk):
    """Try one again."""
    of, row, line = _one(kind, pk)
    if of.retry(row):
        log(row, "stuck.retried", user=request.user, title=line.what[:200], data={"why": line.why})
        messages.success(request, _("It is tried again now: %s") % line.what)
    else:
        messages.warning(request, _("It was not stuck any more."))
    return redirect("stuck")


@policy.require("stuck.decide")
def drop(request, kind, pk):
    """Ask why; then it is never tried again."""
    of, row, line = _one(kind, pk)
    form = DropForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if of.drop(row, reason):
            data = {"why": line.why, "reason": reason}
            log(row, "stuck.dropped", user=request.user, title=line.what[:200], data=data)
            messages.success(request, _("It is dropped: %s") % line.what)
        else:
            messages.warning(request, _("It was not stuck any more."))
        return redirect("stuck")
    context = _furniture(_("Stuck work"), _("Drop it")) | {"kind": of, "line": line, "form": form}
    return TemplateResponse(request, "cms/admin/stuck_drop.html", context)


def _furniture(*labels: str) -> dict:
    crumbs = [{"url": reverse("wagtailadmin_home"), "label": _("Home")}]
    crumbs += [{"url": reverse("stuck"), "label": label} for label in labels]
    crumbs[-1]["url"] = ""
    return {
        "page_title": labels[-1],
        "header_title": labels[-1],
        "header_icon": ICON,
        "breadcrumbs_items": crumbs,
    }


def _page(kind: stuck.Kind, size: int, before: str) -> dict:
    rows = kind.rows().order_by("-pk")
    if key := keys.number(before):
        rows = rows.filter(pk__lt=key)
    found = list(rows[: size + 1])
    shown = found[:size]
    return {
        "kind": kind,
        "lines": list(zip(shown, kind.tell(shown), strict=True)),
        "next_key": shown[-1].pk if len(found) > size else None,
    }


def _kind(key: str) -> stuck.Kind:
    found = next((kind for kind in stuck.kinds() if kind.key == key), None)
    if found is None:
        raise Http404
    return found


def _one(key: str, pk: int):
    kind = _kind(key)
    row = get_object_or_404(kind.rows(), pk=pk)
    return kind, row, kind.tell([row])[0]


URLS = [
    path("reports/stuck/", index, name="stuck"),
    path("reports/stuck/<slug:kind>/<int:pk>/retry/", retry, name="stuck-retry"),
    path("reports/stuck/<slug:kind>/<int:pk>/drop/", drop, name="stuck-drop"),
]


def menu_item():
    """In the menu of reports, for admins."""
    item = item_for("stuck.decide")
    return item(_("Stuck work"), reverse("stuck"), name="stuck", icon_name=ICON, order=1100)
