"""The screens of long work: what of mine runs, how far it is, what came of it."""

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from wagtail.admin.viewsets.base import ViewSet

from cms import jobs, keys, policy
from cms.admin.menu import item_for
from cms.models import Job

PAGE_SIZE = 25
SHOWN_ROWS = 200
ENDED = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)


def _mine(request):
    return policy.visible(request.user, "job.view", Job.objects.all())


def _crumbs(*labels):
    items = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("jobs:index"), "label": _("Jobs")},
    ]
    items += [{"url": "", "label": label} for label in labels]
    items[-1]["url"] = ""
    return items


@policy.require("job.view")
def index(request):
    """My jobs, newest first; `before` is the key of the last row of the page before."""
    rows = _mine(request).select_related("created_by").order_by("-pk")
    if before := keys.number(request.GET.get("before")):
        rows = rows.filter(pk__lt=before)
    page = list(rows[: PAGE_SIZE + 1])
    context = {
        "page_title": _("Jobs"),
        "header_title": _("Jobs"),
        "header_icon": "history",
        "breadcrumbs_items": _crumbs(),
        "heads": [_("Job"), _("State"), _("Progress"), _("Started by"), _("Asked for")],
        "empty": _("Nothing yet. Long work that you start, such as an import, shows here with how far it is."),
        "newest_url": reverse("jobs:index"),
        "jobs": page[:PAGE_SIZE],
        "next_key": page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None,
        "paged": bool(before),
    }
    return TemplateResponse(request, "cms/admin/jobs.html", context)


def how_far(row: Job) -> str:
    """Progress in words."""
    if row.total:
        return _("%(done)s of %(total)s") % {"done": row.done, "total": row.total}
    return ngettext("%(done)s done", "%(done)s done", row.done) % {"done": row.done}


def way_on(row: Job) -> tuple[str, str] | None:
    """(label, address) of where to go when it is done, if its kind says so."""
    kind = jobs.kinds().get(row.kind)
    return kind.way_on(row) if kind and kind.way_on and row.state == Job.State.DONE else None


@policy.require("job.view")
def detail(request, pk: int):
    """One job: its progress, its report (from row number `row` on), its error and how to mend it."""
    row = policy.get_visible(request.user, "job.view", Job.objects.select_related("created_by"), pk=pk)
    rows = row.report.get("rows", [])
    first = keys.number(request.GET.get("row"))
    last = first + SHOWN_ROWS
    context = {
        "page_title": row.title,
        "header_title": row.title,
        "header_icon": "history",
        "breadcrumbs_items": _crumbs(row.title),
        "job": row,
        "state": Job.State(row.state),
        "how_far": how_far(row),
        "ended": row.state in ENDED,
        "may_retry": jobs.may_retry(row),
        "way_on": way_on(row),
        "summary": row.report.get("summary", {}),
        "rows": rows[first:last],
        "first_row": first,
        "next_row": last if len(rows) > last else None,
        "more_rows": max(len(rows) - last, 0),
        "left_out": row.report.get("left_out", 0),
    }
    return TemplateResponse(request, "cms/admin/job.html", context)


@policy.require("job.view")
def progress(request, pk: int):
    """How far, for the page's script: {"state", "done", "total", "words", "ended"}."""
    row = policy.get_visible(request.user, "job.view", Job.objects.all(), pk=pk)
    return JsonResponse(
        {
            "state": row.state,
            "done": row.done,
            "total": row.total,
            "words": how_far(row),
            "ended": row.state in ENDED,
        }
    )


@policy.require("job.view")
@require_POST
def cancel(request, pk: int):
    """Stop it."""
    row = policy.get_visible(request.user, "job.view", Job.objects.all(), pk=pk)
    if jobs.cancel(row, request.user):
        messages.success(request, _("Stopped. What was done so far stays."))
    else:
        messages.warning(request, _("It had ended already."))
    return redirect("jobs:detail", pk)


@policy.require("job.view")
@require_POST
def retry(request, pk: int):
    """Go on where it stopped."""
    row = policy.get_visible(request.user, "job.view", Job.objects.all(), pk=pk)
    if jobs.retry(row, request.user):
        messages.success(request, _("It goes on where it stopped."))
    else:
        messages.warning(request, _("This job cannot go on. Start it anew; what is there is not done again."))
    return redirect("jobs:detail", pk)


class JobViewSet(ViewSet):
    """Long work and its progress."""

    name = "jobs"
    url_prefix = "library/jobs"
    icon = "history"
    menu_label = gettext_lazy("Jobs")
    menu_order = 900
    menu_item_class = item_for("job.view")

    def get_urlpatterns(self):
        return [
            path("", index, name="index"),
            path("<int:pk>/", detail, name="detail"),
            path("<int:pk>/progress/", progress, name="progress"),
            path("<int:pk>/cancel/", cancel, name="cancel"),
            path("<int:pk>/retry/", retry, name="retry"),
        ]
