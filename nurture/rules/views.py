"""What rules did and could not do: a list for marketers, with a retry for what was given up."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.log_actions import log

from cms import policy
from nurture import registry
from nurture.contacts.screens import ROWS, Screen
from nurture.rules import runs as action_runs
from nurture.rules.models import ActionRun


class Runs(Screen):
    """The latest runs, newest first, paged by key; `?state=` narrows them, an unknown one narrows nothing."""

    right = "work.view"
    template_name = "nurture/rules/runs.html"
    page_title = gettext_lazy("What rules did")
    header_icon = "history"

    def get(self, request):
        """Show one page."""
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        """One page of runs, with each action's label."""
        state = self.request.GET.get("state", "")
        state = state if state in ActionRun.State.values else ""
        rows = self._rows(state)
        labels = dict(registry.choices("action"))
        for run in rows[:ROWS]:
            run.label = labels.get(run.action, run.action)
        return super().get_context_data(**kwargs) | {
            "runs": rows[:ROWS],
            "older": rows[ROWS - 1].pk if len(rows) > ROWS else None,
            "state": state,
            "states": [("", _("All")), *ActionRun.State.choices],
            "may_retry": policy.may(self.request.user, "work.retry"),
        }

    def _rows(self, state: str) -> list[ActionRun]:
        found = ActionRun.objects.filter(contact__synthetic=False).select_related("contact", "rule").order_by("-pk")
        older = self.request.GET.get("older", "")
        if older.isascii() and older.isdigit() and len(older) < 19:
            found = found.filter(pk__lt=int(older))
        return list((found.filter(state=state) if state else found)[: ROWS + 1])


@require_POST
@policy.require("work.retry")
def retry_run(request, pk):
    """Try a given-up run again."""
    run = get_object_or_404(ActionRun, pk=pk)
    if action_runs.retry(run):
        log(run, "nurture.run_retried", data={"action": run.action})
        messages.success(request, _("It is tried again now."))
    else:
        messages.error(request, _("Only what was given up can be tried again; this one was not."))
    return redirect("nurture:runs")
