"""Library › Import: choose a source, see what would become of it, let it be written, take it back."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from wagtail.admin.viewsets.base import ViewSet

from cms import keys, policy
from cms.admin.import_columns import columns
from cms.admin.import_forms import SourceForm, WriteForm
from cms.admin.menu import item_for
from cms.importers import archives, kinds, undoing, uploads
from cms.models import ImportBatch, Job

PAGE_SIZE = 25
State = ImportBatch.State
AT_WORK = (Job.State.QUEUED, Job.State.RUNNING)


def _crumbs(*labels):
    items = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": reverse("imports:index"), "label": _("Import")},
    ]
    items += [{"url": "", "label": label} for label in labels]
    items[-1]["url"] = ""
    return items


@policy.require("import.run")
def index(request):
    """The kinds of sources, and the imports so far, newest first; `before` is the key of the last row before."""
    rows = ImportBatch.objects.select_related("user", "job").order_by("-pk")
    if before := keys.number(request.GET.get("before")):
        rows = rows.filter(pk__lt=before)
    page = list(rows[: PAGE_SIZE + 1])
    context = {
        "page_title": _("Import"),
        "header_title": _("Import"),
        "header_icon": "upload",
        "breadcrumbs_items": _crumbs(),
        "kinds": kinds.known(),
        "labels": {kind.name: kind.label for kind in kinds.known()},
        "heads": [_("Source"), _("From"), _("State"), _("Created"), _("Updated"), _("By"), _("When")],
        "empty": _("Nothing was brought in yet. Choose above where your pieces are now."),
        "newest_url": reverse("imports:index"),
        "batches": page[:PAGE_SIZE],
        "next_key": page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None,
        "paged": bool(before),
    }
    return TemplateResponse(request, "cms/admin/imports.html", context)


@policy.require("import.run")
def new(request, kind: str):
    """The form; what it takes becomes a batch, and the job that looks through it."""
    if kind not in {known.name for known in kinds.known()}:
        raise Http404
    chosen = kinds.get(kind)
    form = SourceForm(request.POST or None, request.FILES or None, kind=chosen, user=request.user)
    if request.method == "POST" and form.is_valid():
        name, options = form.cleaned_data["source"], form.options()
        upload = form.cleaned_data["file"] or form.cleaned_data["address"]
        try:
            batch = uploads.start(chosen, upload, name, options=options, user=request.user)
        except archives.ArchiveError as error:
            form.add_error("file", str(error))
        else:
            return redirect("jobs:detail", batch.job_id) if batch.job_id else redirect("imports:columns", batch.pk)
    context = {
        "form": form,
        "page_title": chosen.label,
        "header_title": chosen.label,
        "header_icon": "upload",
        "breadcrumbs_items": _crumbs(chosen.label),
        "action_url": reverse("imports:new", args=[kind]),
        "submit_button_label": _("Upload and look through"),
        "submit_button_active_label": _("Uploading…"),
    }
    return TemplateResponse(request, "cms/admin/import_form.html", context)


def _batch(pk: int) -> ImportBatch:
    found = ImportBatch.objects.select_related("user", "job").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@policy.require("import.run")
def batch(request, pk: int):
    """One import: what would become of it, or became of it, and what can be done now."""
    row = _batch(pk)
    kind = kinds.get(row.kind)
    at_work = row.job is not None and row.job.state in AT_WORK
    can_write = row.state == State.LOOKED and not at_work
    numbers = row.counts.items()
    context = {
        "page_title": str(row),
        "header_title": row.name,
        "header_icon": "upload",
        "breadcrumbs_items": _crumbs(row.name),
        "batch": row,
        "kind": kind,
        "numbers": numbers,
        "at_work": at_work,
        "form": WriteForm(kind=kind, user=request.user) if can_write else None,
        "would_write": row.counts.get("created", 0) + row.counts.get("updated", 0),
        "may_undo": row.state == State.WRITTEN and not at_work and _may_undo(request.user, row),
        "own_job": row.job if row.job and row.job.created_by_id == request.user.pk else None,
    }
    return TemplateResponse(request, "cms/admin/import_batch.html", context)


def _may_undo(user, row: ImportBatch) -> bool:
    return policy.visible(user, "import.undo", ImportBatch.objects.filter(pk=row.pk)).exists()


@policy.require("import.run")
@require_POST
def write(request, pk: int):
    """Bring in what was looked through."""
    row = _batch(pk)
    form = WriteForm(request.POST, kind=kinds.get(row.kind), user=request.user)
    if uploads.under_way(row.source):
        messages.error(request, _("An import of this source is under way. Wait until it has ended."))
        return redirect("imports:batch", pk)
    if form.is_valid() and uploads.bring(row, form.cleaned_data, request.user):
        row.refresh_from_db()
        return redirect("jobs:detail", row.job_id)
    messages.warning(request, _("It was brought in or discarded already."))
    return redirect("imports:batch", pk)


@policy.require("import.run")
@require_POST
def discard(request, pk: int):
    """Clear away what was looked through."""
    if uploads.discard(_batch(pk), request.user):
        messages.success(request, _("Discarded. Nothing was written."))
    else:
        messages.warning(request, _("It was brought in or discarded already."))
    return redirect("imports:index")


@policy.require("import.undo")
@require_POST
def undo(request, pk: int):
    """Take an import back."""
    row = policy.get_visible(request.user, "import.undo", ImportBatch.objects.all(), pk=pk)
    if undoing.start(row, request.user):
        return redirect("jobs:detail", row.job_id)
    messages.warning(request, _("It is undone already, or still at work."))
    return redirect("imports:batch", pk)


class ImportViewSet(ViewSet):
    """Bringing in what a team has already."""

    name = "imports"
    url_prefix = "library/import"
    icon = "upload"
    menu_label = gettext_lazy("Import")
    menu_order = 890
    menu_item_class = item_for("import.run")

    def get_urlpatterns(self):
        return [
            path("", index, name="index"),
            path("new/<slug:kind>/", new, name="new"),
            path("<int:pk>/", batch, name="batch"),
            path("<int:pk>/columns/", columns, name="columns"),
            path("<int:pk>/write/", write, name="write"),
            path("<int:pk>/discard/", discard, name="discard"),
            path("<int:pk>/undo/", undo, name="undo"),
        ]
