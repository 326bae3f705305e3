"""Reports > Health: is this installation well? What `manage.py doctor` asks, as far as it is quick, and how far behind
each queue is."""

from collections import defaultdict
from datetime import datetime

from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from cms import clock, health, policy
from cms.admin.menu import item_for
from cms.models import Heartbeat

ICON = "circle-check"


@policy.require("health.view")
def page(request):
    """Checks, processes, queues, figures."""
    found = health.quick_findings()
    context = {
        "page_title": _("Health"),
        "header_title": _("Health"),
        "header_icon": ICON,
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": _("Health")},
        ],
        "failing": [pair for pair in found if not pair[1].ok],
        "passing": [pair for pair in found if pair[1].ok],
        "left_out": [check.name for check in health.checks() if check.reach == health.Reach.WHOLE],
        "processes": processes(),
        "lags": [lag_of(lag) for lag in health.lags()],
        "figures": [(one.name, one.ask()) for one in health.figures()],
    }
    return TemplateResponse(request, "cms/admin/health.html", context)


def processes() -> list[dict]:
    """Each kind of process: how many gave a sign within a minute, and the last sign of any. One query."""
    seen: dict[str, list[datetime]] = defaultdict(list)
    for name, seen_at in Heartbeat.objects.values_list("name", "seen_at"):
        seen[name.partition("@")[0]].append(seen_at)
    now = clock.now()
    return [
        {
            "role": role,
            "alive": sum((now - moment).total_seconds() <= health.ALIVE_SECONDS for moment in moments),
            "seen_at": max(moments),
            "ago": span(max((now - max(moments)).total_seconds(), 0)),
        }
        for role, moments in sorted(seen.items())
    ]


def lag_of(lag: health.Lag) -> dict:
    """{"name", "since", "waited": in words, "is_late"}."""
    oldest = lag.oldest()
    waited = max((clock.now() - oldest).total_seconds(), 0) if oldest else None
    is_late = waited is not None and waited > lag.late.total_seconds()
    return {"name": lag.name, "since": oldest, "waited": "" if waited is None else span(waited), "is_late": is_late}


def span(seconds: float) -> str:
    """A length of time in its largest unit that it holds twice."""
    for unit, words in ((86400, _("%d days")), (3600, _("%d hours")), (60, _("%d minutes"))):
        if seconds >= 2 * unit:
            return words % (seconds // unit)
    return _("%d seconds") % seconds


URLS = [path("health/", page, name="health")]


def menu_item():
    """In the menu of reports, for admins."""
    return item_for("health.view")(_("Health"), reverse("health"), name="health", icon_name=ICON, order=1050)
