"""Newsroom › Import a plan: choose a file, see what would become of it, let it be written, take it back."""

from itertools import islice

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from cms import keys, policy
from editorial.calendar import export
from editorial.models import Entry, PlanBatch
from editorial.plans import batches, writing
from editorial.plans import template as examples
from editorial.plans.forms import PlanColumnsForm, PlanFileForm
from editorial.plans.matching import CREATED, OUTCOMES, SKIPPED, UNCHANGED, UPDATED

PAGE_SIZE, SHOWN, PREVIEWED = 25, 100, 3
State = PlanBatch.State
WORDS = {
    CREATED: gettext_lazy("Made"),
    UPDATED: gettext_lazy("Changed"),
    UNCHANGED: gettext_lazy("Left as it is"),
    SKIPPED: gettext_lazy("Refused"),
}


class PlansView(policy.RightRequired, WagtailAdminTemplateMixin, FormView):
    """The form, and what was brought in so far, newest first; `before` is the last key of the page before."""

    right = "plan.import"
    page_title = gettext_lazy("Import a plan")
    header_icon = "upload"
    form_class = PlanFileForm
    template_name = "editorial/plans/index.html"

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs):
        before = keys.number(self.request.GET.get("before"))
        rows = PlanBatch.objects.exclude(state=State.OPEN) | PlanBatch.objects.filter(user=self.request.user)
        rows = rows.defer("rows", "columns").select_related("user", "job").order_by("-pk")
        page = list((rows.filter(pk__lt=before) if before else rows)[: PAGE_SIZE + 1])
        held = policy.scope(self.request.user, "plan.undo")
        for row in page:
            mine = row.user_id == self.request.user.pk
            row.may_undo = row.state == State.WRITTEN and (held == policy.ALL or (held == policy.OWN and mine))
            row.my_job = row.job_id if row.job and row.job.created_by_id == self.request.user.pk else None
        shown = {
            "batches": page[:PAGE_SIZE],
            "heads": [_("Plan"), _("File"), _("State"), *WORDS.values(), _("By"), _("When"), _("Actions")],
            "empty": _("No plan was brought in yet. Choose a file above, or begin with the template."),
            "newest_url": reverse("editorial:plans"),
            "next_key": page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None,
            "paged": bool(before),
        }
        return super().get_context_data(**kwargs) | shown

    def form_valid(self, form):
        name = form.cleaned_data["file"].name
        batch = writing.new_batch(form.cleaned_data["source"], name, form.rows, self.request.user)
        batches.keep(batch)
        return redirect("editorial:plan", batch.pk)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


class CheckView(policy.RightRequired, WagtailAdminTemplateMixin, FormView):
    """What each column means and what would become of each row. POST keeps the columns, or brings the plan in."""

    right = "plan.import"
    page_title = gettext_lazy("Look through the plan")
    header_icon = "upload"
    form_class = PlanColumnsForm
    template_name = "editorial/plans/check.html"

    @cached_property
    def batch(self) -> PlanBatch:
        return _mine(self.request, self.kwargs["pk"])

    def get_page_subtitle(self):
        return self.batch.file

    def get_breadcrumbs_items(self):
        index = {"url": reverse("editorial:plans"), "label": _("Import a plan")}
        return [*self.breadcrumbs_items, index, {"url": "", "label": self.batch.file}]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"batch": self.batch}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        form, problem = context["form"], writing.lacking(self.batch)
        found = writing.look(self.batch) if "title" in self.batch.columns and not form.errors else []
        counts = {key: sum(fate.outcome == key for fate in found) for key in OUTCOMES}
        return context | self.columns(form) | self.shown(found) | {
            "batch": self.batch,
            "problem": problem,
            "unclear": writing.unclear_days(self.batch),
            "counts": [(key, WORDS[key], number) for key, number in counts.items()],
            "total": len(found),
            "would_write": counts[CREATED] + counts[UPDATED],
            "may_write": not problem and bool(found),
        }  # fmt: skip

    def columns(self, form) -> dict:
        """Each column's name, its field of the form, and what stands in its first rows."""
        first = [cells for _number, cells in self.batch.rows[1 : 1 + PREVIEWED]]
        names = writing.head_of(self.batch)
        return {
            "first": first,
            "columns": [
                {
                    "name": name or _("(without a name)"),
                    "field": form[f"column_{at}"],
                    "values": [row[at] if at < len(row) else None for row in first],
                }
                for at, name in enumerate(names)
            ],
        }

    def shown(self, found: list) -> dict:
        """The rows of the kind asked for, from the row after the number asked for on."""
        kind, after = self.request.GET.get("what"), keys.number(self.request.GET.get("after"))
        some = (fate for fate in found if (kind not in WORDS or fate.outcome == kind) and fate.row.number > after)
        rows = list(islice(some, SHOWN + 1))
        for fate in rows:
            fate.word = WORDS[fate.outcome]
            values = fate.row.values if fate.outcome == CREATED else fate.changes
            stands = ("title", "due_on") if fate.outcome == CREATED else ()  # in columns of their own
            parts = ((name, value) for name, value in values.items() if value and name not in stands)
            fate.parts = [(_label(name), _words(name, value)) for name, value in parts]
        more = rows[SHOWN - 1].row.number if len(rows) > SHOWN else None
        return {"rows": rows[:SHOWN], "what": kind if kind in WORDS else "", "next_after": more, "after": after}

    def form_valid(self, form):
        batch = form.apply()
        if self.request.POST.get("then") != "write":
            batch.save(update_fields=["columns", "order"])
            return redirect("editorial:plan", batch.pk)
        if writing.lacking(batch):
            return self.form_invalid(form)
        batch.save(update_fields=["columns", "order"])
        if batches.start(batch, self.request.user):
            return redirect("jobs:detail", batch.job_id)
        messages.warning(self.request, _("It was brought in already."))
        return redirect("editorial:plans")

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


@policy.require("plan.import")
@require_POST
def discard(request, pk: int):
    """Clear away what was uploaded and not brought in."""
    gone, _kinds = PlanBatch.objects.filter(pk=_mine(request, pk).pk, state=State.OPEN).delete()
    if gone:
        messages.success(request, _("Discarded. Nothing was written."))
    return redirect("editorial:plans")


@policy.require("plan.undo")
@require_POST
def undo(request, pk: int):
    """Take away the entries that a plan made and nobody has touched since."""
    batch = policy.get_visible(request.user, "plan.undo", PlanBatch.objects.exclude(state=State.OPEN), pk=pk)
    if batches.start_undo(batch, request.user):
        return redirect("jobs:detail", batch.job_id)
    messages.warning(request, _("It is taken back already, or still at work."))
    return redirect("editorial:plans")


@policy.require("plan.import")
def template(request, kind: str):
    """The file to begin with, as csv or xlsx."""
    write = {"csv": export.write_csv, "xlsx": export.write_xlsx}.get(kind)
    if write is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="plan.{kind}"'}
    return HttpResponse(write(examples.lines()), content_type=export.TYPES[kind], headers=headers)


def _mine(request, pk: int) -> PlanBatch:
    """What this person uploaded and did not bring in yet."""
    batch = PlanBatch.objects.filter(pk=pk, user=request.user, state=State.OPEN).first()
    if batch is None:
        raise Http404
    return batch


def _label(name: str) -> str:
    return str(PlanColumnsForm.meanings[name])


def _words(name: str, value) -> str:
    if name in ("format", "step"):
        return str(dict(Entry._meta.get_field(name).flatchoices)[value])
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)
