"""What readers wrote: to read, to publish or to reject, to answer."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.viewsets.base import ViewSet

from cms import keys, policy
from cms.admin import own_comments, rating_notes
from cms.admin.comment_tabs import TABS
from cms.admin.menu import item_for
from cms.feedback import comments
from cms.feedback.models import Comment

PAGE_SIZE = 25
State = Comment.State
EMPTY = {
    State.WAITING.value: gettext_lazy("Nothing to read. What readers write comes here when they have confirmed it."),
    State.HELD.value: gettext_lazy(
        "Nothing was held back. What looks like a robot's work comes here, with the reason."
    ),
}


@policy.require("comment.moderate")
def index(request):
    """One tab, newest first; `before` is the key of the last one of the page before."""
    tab = _tab(request.GET.get("show", ""))
    rows = Comment.objects.filter(state=tab).select_related("asset", "answered_by", "judged_by").order_by("-pk")
    if before := keys.number(request.GET.get("before")):
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE_SIZE + 1])
    title = _("Comments")
    context = {
        "page_title": title,
        "header_title": title,
        "header_icon": "comment",
        "breadcrumbs_items": [{"url": reverse("wagtailadmin_home"), "label": _("Home")}, {"url": "", "label": title}],
        "comments": [(one, [comments.REASONS[key] for key in one.reasons]) for one in found[:PAGE_SIZE]],
        "next_key": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
        "paged": bool(before),
        "tabs": TABS,
        "tab": tab,
        "empty": EMPTY.get(tab, _("No comment stands here.")),
    }
    return TemplateResponse(request, "cms/admin/comments.html", context)


@policy.require("comment.moderate")
@require_POST
def judge(request, pk: int):
    """Publish or reject, and answer where an answer was written."""
    readable = Comment.objects.exclude(state=State.UNCONFIRMED).select_related("asset")
    comment = get_object_or_404(readable, pk=pk)
    verdict, answer = request.POST.get("verdict", ""), request.POST.get("answer", "").strip()
    if verdict in (State.PUBLISHED, State.REJECTED):
        comments.judge(comment, State(verdict), request.user)
        messages.success(request, _("Published.") if verdict == State.PUBLISHED else _("Rejected. Nobody sees it."))
    if verdict != State.REJECTED and answer != comment.answer:
        comments.answer(comment, answer, request.user)
        messages.success(request, _("Answered.") if answer else _("The answer is taken back."))
    tab = _tab(request.POST.get("show", ""))
    return redirect(f"{reverse('comments:index')}?{urlencode({'show': tab})}")


def _tab(text: str) -> str:
    return text if text in dict(TABS) else State.WAITING.value


class CommentViewSet(ViewSet):
    """Readers' comments."""

    name = "comments"
    url_prefix = "library/comments"
    icon = "comment"
    menu_label = gettext_lazy("Comments")
    menu_order = 15
    menu_item_class = item_for("comment.moderate")

    def get_urlpatterns(self):
        return [
            path("", index, name="index"),
            path("<int:pk>/", judge, name="judge"),
            path("mine/", own_comments.index, name="mine"),
            path("mine/<int:pk>/answer/", own_comments.answer, name="answer"),
            path("with-ratings/", rating_notes.index, name="notes"),
            path("with-ratings/<int:pk>/drop/", rating_notes.drop, name="drop_note"),
        ]
