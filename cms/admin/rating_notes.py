"""What readers added to their ratings: to read, to answer by mail, to drop."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms import keys, policy
from cms.admin.comment_tabs import TABS
from cms.feedback import notes
from cms.models import RatingNote

PAGE_SIZE = 25


@policy.require("comment.moderate")
def index(request):
    """Newest first; `before` is the key of the last one of the page before."""
    rows = RatingNote.objects.select_related("rating__asset").order_by("-pk")
    if before := keys.number(request.GET.get("before")):
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE_SIZE + 1])
    title = _("With ratings")
    context = {
        "page_title": title,
        "header_title": title,
        "header_icon": "comment",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("comments:index"), "label": _("Comments")},
            {"url": "", "label": title},
        ],
        "tabs": TABS,
        "notes": found[:PAGE_SIZE],
        "next_key": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
        "paged": bool(before),
    }
    return TemplateResponse(request, "cms/admin/rating_notes.html", context)


@policy.require("comment.moderate")
@require_POST
def drop(request, pk: int):
    """Take one away; the rating stays."""
    notes.drop(get_object_or_404(RatingNote.objects.select_related("rating__asset"), pk=pk), request.user)
    messages.success(request, _("Gone. The rating itself still counts."))
    return redirect("comments:notes")
