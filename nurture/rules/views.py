"""What rules did and could not do: a list for marketers, with a retry for what was given up."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from wagtail.log_actions import log

from cms import policy
from nurture.rules import runs as action_runs
from nurture.rules.models import ActionRun

PAGE = 20


@policy.require("work.view")
def runs(request):
    """The latest runs, newest first, paged by key; `state` narrows them."""
    found = ActionRun.objects.select_related("contact", "rule").order_by("-pk")
    state = request.GET.get("state", "")
    if state:
        if state not in ActionRun.State.values:
            raise BadRequest(_("Unknown state %r") % state)
        found = found.filter(state=state)
    if before := request.GET.get("before", ""):
        if not (before.isdecimal() and len(before) < 19):
            raise BadRequest(_("`before` is the number of a run"))
        found = found.filter(pk__lt=int(before))
    shown = list(found[: PAGE + 1])
    return render(
        request,
        "nurture/rules/runs.html",
        {
            "runs": shown[:PAGE],
            "older": shown[PAGE - 1].pk if len(shown) > PAGE else None,
            "state": state,
            "states": ActionRun.State.choices,
            "may_retry": policy.may(request.user, "work.retry"),
        },
    )


@require_POST
@policy.require("work.retry")
def retry_run(request, pk):
    """Try a given-up run again."""
    run = get_object_or_404(ActionRun, pk=pk)
    action_runs.retry(run)
    log(run, "nurture.run_retried", data={"action": run.action})
    messages.success(request, _("It is tried again now."))
    return redirect("nurture:runs")
