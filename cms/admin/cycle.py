"""The whole buying cycle on one page, to read and to print: which version it is, and who signed it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.viewsets.base import ViewSet

from cms import cycle, policy, ports
from cms.admin.menu import item_for
from cms.models import BuyingStage, CycleVersion
from cms.models.taxonomy import OwnerGroup

OLDER_SHOWN = 20
KINDS = {
    "new": gettext_lazy("New since then"),
    "gone": gettext_lazy("Taken out since then"),
    "moved": gettext_lazy("Moved since then"),
    "changed": gettext_lazy("Changed since then"),
}


@policy.require("cycle.view")
def index(request):
    """The cycle as it is now."""
    now = cycle.standing()
    stages = BuyingStage.objects.select_related("owner", "backup_owner")
    signed_by = {signature.user_id for signature in now.version.signatures.all()} if now.version else set()
    may_sign = policy.may(request.user, "cycle.sign") and bool(stages) and request.user.pk not in signed_by
    rules = ports.stage_rules(request.user)
    context = {
        "stages": [(stage, stage.owner, stage.backup_owner, (rules or {}).get(stage.slug, [])) for stage in stages],
        "knows_rules": rules is not None,
        "standing": now,
        "version": now.version,
        "changes": [_said(change) for change in now.changes],
        "may_sign": may_sign,
        "signed_by_me": request.user.pk in signed_by,
        "may_edit": request.user.has_perm("cms.change_buyingstage"),
        "older": CycleVersion.objects.exclude(digest=now.digest)[:OLDER_SHOWN],
    }
    return _page(request, _("Buying cycle"), context)


@policy.require("cycle.view")
def version(request, number: int):
    """The cycle as it was signed."""
    found = CycleVersion.objects.prefetch_related("signatures__user").filter(number=number).first()
    if found is None:
        raise Http404
    stages = [(BuyingStage(**stage), None, None, []) for stage in found.content]
    trail = [{"url": reverse("cycle:index"), "label": _("Buying cycle")}]
    return _page(request, str(found), {"stages": stages, "version": found, "is_old": True}, trail)


@policy.require("cycle.sign")
@require_POST
def sign(request):
    """Sign what was read."""
    try:
        signature = cycle.sign(request.POST.get("seen", ""), request.user)
    except cycle.ChangedError as error:
        messages.error(request, str(error))
    else:
        number = signature.version.number
        messages.success(request, _("You signed version %(number)s of the buying cycle.") % {"number": number})
    return redirect("cycle:index")


def _said(change: cycle.Change) -> dict:
    """A change with the fields in the words of the form."""
    fields = [(_label(name), _value(name, before), _value(name, now)) for name, before, now in change.fields]
    return {"stage": change.stage, "kind": KINDS[change.kind], "fields": fields}


def _label(name: str) -> str:
    return str(BuyingStage._meta.get_field(name).verbose_name).capitalize()


def _value(name: str, value) -> str:
    if value in (None, ""):
        return "–"
    return str(OwnerGroup(value).label) if name in ("owner_group", "backup_group") else str(value)


def _page(request, title: str, context: dict, trail=()):
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    frame = {
        "page_title": title,
        "header_title": title,
        "header_icon": "order-down",
        "breadcrumbs_items": [home, *trail, {"url": "", "label": title}],
    }
    return TemplateResponse(request, "cms/admin/cycle.html", frame | context)


class CycleViewSet(ViewSet):
    """One page that marketing writes, sales signs and everybody reads."""

    name = "cycle"
    url_prefix = "library/cycle"
    icon = "order-down"
    menu_label = gettext_lazy("Buying cycle")
    menu_order = 25
    menu_item_class = item_for("cycle.view")

    def get_urlpatterns(self):
        return [
            path("", index, name="index"),
            path("version/<int:number>/", version, name="version"),
            path("sign/", sign, name="sign"),
        ]
