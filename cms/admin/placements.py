"""Which stage each piece is for, as marketing proposed it: sales agrees in bulk, or disputes with a reason."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin.viewsets.base import ViewSet

from cms import agreements, keys, placements, policy
from cms.admin.menu import item_for
from cms.feedback import sales
from cms.models import AssetPage, BuyingStage
from cms.placements import State

PAGE_SIZE = 50
SHOWN_FEEDBACK = 100  # one a person: more people than any sales team asks
ALL = "all"
TABS = (
    (State.PROPOSED.value, gettext_lazy("To look at")),
    (State.DISPUTED.value, State.DISPUTED.label),
    (State.AGREED.value, State.AGREED.label),
    (ALL, gettext_lazy("All")),
)


@policy.require("placement.view")
def index(request):
    """One tab of the list, newest piece first; `before` is the key of the last row of the page before."""
    tab, stage, before = _asked(request.GET)
    rows = placements.open_to_sales().select_related("primary_stage").defer("body").order_by("-pk")
    if tab != ALL:
        rows = rows.filter(placed=tab)
    if stage:
        rows = rows.filter(primary_stage=stage)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE_SIZE + 1])
    context = {
        "pieces": found[:PAGE_SIZE],
        "tabs": TABS,
        "tab": tab,
        "stage": stage,
        "paged": bool(before),
        "next_key": found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None,
        "stages": BuyingStage.objects.all(),
        "may_judge": policy.may(request.user, "placement.judge"),
    }
    return TemplateResponse(request, "cms/admin/placements.html", _frame(_("Stages of pieces")) | context)


@policy.require("placement.view")
def piece(request, pk: int):
    """One piece, what its stage means, and what was said of it."""
    found = _find(pk)
    feedback = list(sales.of_piece(found)[:SHOWN_FEEDBACK])
    context = {
        "piece": found,
        "state": State(found.placed),
        "statements": placements.thread(found),
        "feedback": [(row, [sales.Tag(tag).label for tag in row.tags]) for row in feedback],
        "mine": next((row for row in feedback if row.user_id == request.user.pk), None),
        "sales_values": sales.Value.choices,
        "sales_tags": sales.Tag.choices,
        "may_say": policy.may(request.user, "sales_feedback.give"),
        "signals": agreements.about(found) if policy.may(request.user, "agreement.view") else [],
        "stages": BuyingStage.objects.all(),
        "may_judge": policy.may(request.user, "placement.judge"),
        "may_edit": found.permissions_for_user(request.user).can_edit(),
    }
    trail = [{"url": reverse("placements:index"), "label": _("Stages of pieces")}]
    return TemplateResponse(request, "cms/admin/placement.html", _frame(found.title, trail) | context)


@policy.require("placement.judge")
@require_POST
def judge(request):
    """Agree with the ticked pieces, or dispute them all for one reason."""
    pairs = [pair for text in request.POST.getlist("piece") if (pair := _pair(text))]
    if not pairs:
        messages.error(request, _("Nothing was ticked. Tick the pieces that you mean, then press the button."))
        return redirect(_back(request))
    try:
        if request.POST.get("verdict") == "dispute":
            suggested = BuyingStage.objects.filter(pk=keys.number(request.POST.get("suggested", ""))).first()
            done, changed = placements.dispute(pairs, request.user, request.POST.get("text", ""), suggested)
        else:
            done, changed = placements.agree(pairs, request.user)
    except placements.UnsaidError as error:
        messages.error(request, str(error))
        return redirect(_back(request))
    _tell(request, len(done), len(changed))
    return redirect(_back(request))


@policy.require("placement.view")
@require_POST
def remark(request, pk: int):
    """Say something in the thread."""
    try:
        placements.remark(_find(pk), request.user, request.POST.get("text", ""))
    except placements.UnsaidError as error:
        messages.error(request, str(error))
    return redirect("placements:piece", pk)


@policy.require("sales_feedback.give")
@require_POST
def say(request, pk: int):
    """Say how the piece helps to sell."""
    said = request.POST
    value = {"1": 1, "-1": -1}.get(said.get("value", ""), 0)
    try:
        sales.say(_find(pk), request.user, value, said.getlist("tag"), said.get("text", ""))
    except sales.UnknownError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Kept. Marketing reads it; readers do not."))
    return redirect("placements:piece", pk)


def _tell(request, done: int, changed: int) -> None:
    if done:
        words = ngettext("The stage of %(n)s piece is judged.", "The stages of %(n)s pieces are judged.", done)
        messages.success(request, words % {"n": done})
    if changed:
        words = ngettext(
            "%(n)s piece was passed over: it has another stage by now, or is gone. Look at it again.",
            "%(n)s pieces were passed over: they have other stages by now, or are gone. Look at them again.",
            changed,
        )
        messages.warning(request, words % {"n": changed})


def _find(pk: int) -> AssetPage:
    return get_object_or_404(placements.open_to_sales().select_related("primary_stage"), pk=pk)


def _asked(query) -> tuple[str, int, int]:
    tab = query.get("show", "")
    tab = tab if tab in dict(TABS) else State.PROPOSED.value
    return tab, keys.number(query.get("stage", "")), keys.number(query.get("before", ""))


def _back(request) -> str:
    """Where the form was: one piece, or the list as it was narrowed."""
    if one := keys.number(request.POST.get("one", "")):
        return reverse("placements:piece", args=[one])
    tab, stage, _before = _asked(request.POST)
    return f"{reverse('placements:index')}?{urlencode({'show': tab, 'stage': stage or ''})}"


def _pair(text: str) -> tuple[int, int] | None:
    asset, _dash, stage = text.partition("-")
    pair = keys.number(asset), keys.number(stage)
    return pair if all(pair) else None


def _frame(title: str, trail=()) -> dict:
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    crumbs = [home, *trail, {"url": "", "label": title}]
    return {"page_title": title, "header_title": title, "header_icon": "tasks", "breadcrumbs_items": crumbs}


class PlacementViewSet(ViewSet):
    """Where marketing and sales agree on what a piece is for."""

    name = "placements"
    url_prefix = "library/stages-of-pieces"
    icon = "tasks"
    menu_label = gettext_lazy("Stages of pieces")
    menu_order = 35
    menu_item_class = item_for("placement.view")

    def get_urlpatterns(self):
        return [
            path("", index, name="index"),
            path("judge/", judge, name="judge"),
            path("<int:pk>/", piece, name="piece"),
            path("<int:pk>/remark/", remark, name="remark"),
            path("<int:pk>/say/", say, name="say"),
        ]
