"""Reports > People outside: people who are no contacts, found by name or address, handed out or forgotten."""

import json

from django.contrib import messages
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from wagtail.log_actions import log

from cms import outside, policy
from cms.admin.menu import item_for

RIGHT = "outsider.forget"
LONGEST = 254


@policy.require(RIGHT)
@require_safe
def index(request):
    """Look for somebody; rows are chosen one by one, since two people may have one name."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST]
    found, is_cut = outside.find(words)
    context = _furniture(_("People outside")) | {
        "words": words,
        "lines": _lines(found),
        "is_cut": is_cut,
        "is_too_short": 0 < len(words) < outside.SHORTEST,
        "most": outside.MOST,
    }
    return TemplateResponse(request, "cms/admin/outsiders.html", context)


@policy.require(RIGHT)
@require_POST
def decide(request):
    """What is to become of the chosen rows: `do` is `export`, `ask` (says what goes first) or `forget`."""
    found = outside.chosen(request.POST.getlist("row")[: outside.MOST * 10])
    if not found:
        messages.warning(request, _("Choose at least one row. What was forgotten meanwhile is not there any more."))
        return redirect("outsiders")
    verb = {"export": _export, "forget": _forget}.get(request.POST.get("do", ""), _ask)
    return verb(request, found)


def _ask(request, found):
    context = _furniture(_("People outside"), _("Forget them")) | {"lines": _lines(found)}
    return TemplateResponse(request, "cms/admin/outsiders_forget.html", context)


def _export(request, found):
    text = json.dumps(outside.export(found), cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
    for kind, row in found:
        log(row, "outsider.exported", user=request.user, title=str(kind.label))
    headers = {"Content-Disposition": 'attachment; filename="person.json"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


def _forget(request, found):
    done = outside.forget(found, request.user)
    said = ngettext("They are forgotten in %d place.", "They are forgotten in %d places.", done) % done
    messages.success(request, f"{said} {_('The audit log keeps that you did it, not whom it was.')}")
    return redirect("outsiders")


def _lines(found: list[outside.Found]) -> list[dict]:
    return [{"key": outside.key_of(one), "kind": one[0].label, "line": one[0].tell(one[1])} for one in found]


def _furniture(*labels: str) -> dict:
    crumbs = [{"url": reverse("wagtailadmin_home"), "label": _("Home")}]
    crumbs += [{"url": reverse("outsiders"), "label": label} for label in labels]
    crumbs[-1]["url"] = ""
    return {
        "page_title": labels[-1],
        "header_title": labels[-1],
        "header_icon": "group",
        "breadcrumbs_items": crumbs,
    }


URLS = [
    path("reports/people-outside/", index, name="outsiders"),
    path("reports/people-outside/decide/", decide, name="outsiders-decide"),
]


def menu_item():
    """In the menu of reports, for marketers and admins."""
    item = item_for(RIGHT)
    return item(_("People outside"), reverse("outsiders"), name="outsiders", icon_name="group", order=1110)
