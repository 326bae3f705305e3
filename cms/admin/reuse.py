"""The use of a piece: its family, where it is used, and notes for colleagues."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms import policy, reuse
from cms.models import AssetPage, PieceNote


@policy.require("piece.use")
def page(request, pk: int):
    """All that is known of one piece's use."""
    piece = _find(request.user, pk)
    notes = reuse.notes(piece)
    mine = policy.visible(request.user, "piece.unnote", PieceNote.objects.filter(asset=piece))
    removable = set(mine.values_list("pk", flat=True))
    may_list = request.user.has_perm("wagtailadmin.access_admin") and policy.may(request.user, "piece.name")
    context = {
        "page_title": _("Use and notes: %s") % piece.title,
        "header_title": piece.title,
        "header_icon": "resubmit",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            *([{"url": reverse("assets:index"), "label": _("Assets")}] if may_list else []),
            {"url": "", "label": piece.title},
        ],
        "piece": piece,
        "notes": [(note, note.pk in removable) for note in notes],
        "parts": reuse.parts(piece, request.user),
        "may_note": policy.may(request.user, "piece.note"),
        "may_edit": piece.permissions_for_user(request.user).can_edit(),
        "is_signed": bool(piece.author and piece.author.user_id == request.user.pk),
        "may_score": policy.may(request.user, "scorecard.view"),
    }
    return TemplateResponse(request, "cms/admin/reuse.html", context)


@policy.require("piece.note")
@require_POST
def note(request, pk: int):
    """Write one."""
    piece = _find(request.user, pk)
    try:
        reuse.write(piece, request.user, request.POST.get("text", ""))
    except reuse.UnsaidError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Kept. Colleagues see it with the piece; readers never do."))
    return redirect("piece-use", pk)


@policy.require("piece.unnote")
@require_POST
def unnote(request, pk: int, note: int):
    """Take one's own away; marketers anybody's."""
    piece = _find(request.user, pk)
    rows = PieceNote.objects.filter(asset=piece).select_related("asset")
    reuse.remove(policy.get_visible(request.user, "piece.unnote", rows, pk=note), request.user)
    messages.success(request, _("The note is removed."))
    return redirect("piece-use", pk)


def _find(user, pk: int) -> AssetPage:
    """A piece that this person may know of: drafts are for writers."""
    pieces = AssetPage.objects.select_related("campaign", "primary_stage", "author").defer("body")
    return get_object_or_404(pieces if policy.may(user, "piece.name") else pieces.filter(live=True), pk=pk)


URLS = [
    path("library/pieces/<int:pk>/use/", page, name="piece-use"),
    path("library/pieces/<int:pk>/note/", note, name="piece-note"),
    path("library/pieces/<int:pk>/note/<int:note>/remove/", unnote, name="piece-unnote"),
]
