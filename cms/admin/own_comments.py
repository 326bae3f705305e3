"""Comments under what somebody signed: for authors who log in, whatever else their work here is. They answer; whether a
comment is shown stays with the editors."""

from django.contrib import messages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms import keys, policy
from cms.feedback import comments

PAGE_SIZE = 25


@policy.require("comment.answer")
def index(request):
    """Newest first; `before` is the key of the last one of the page before."""
    before = keys.number(request.GET.get("before"))
    found = list(comments.under_signed(request.user, before)[: PAGE_SIZE + 1])
    title = _("Comments on your pieces")
    context = {
        "page_title": title,
        "header_title": title,
        "header_icon": "comment",
        "breadcrumbs_items": [{"url": reverse("wagtailadmin_home"), "label": _("Home")}, {"url": "", "label": title}],
        "comments": found[:PAGE_SIZE],
        "next_key": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
        "paged": bool(before),
        "has_profile": bool(found) or request.user.profiles.exists(),
    }
    return TemplateResponse(request, "cms/admin/own_comments.html", context)


@policy.require("comment.answer")
@require_POST
def answer(request, pk: int):
    """Say something under it; nothing takes the answer back."""
    comment = policy.get_visible(request.user, "comment.answer", comments.under_signed(request.user), pk=pk)
    text = request.POST.get("answer", "").strip()
    if text != comment.answer:
        comments.answer(comment, text, request.user)
        messages.success(request, _said(comment, text))
    return redirect("comments:mine")


def _said(comment, text: str) -> str:
    if not text:
        return _("The answer is taken back.")
    if comment.state == comments.State.WAITING:
        return _("Kept. It stands under the comment once an editor has published that.")
    return _("Answered.")
