"""What the columns of an uploaded spreadsheet mean, asked where their names do not say it."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cms import policy
from cms.importers import kinds, uploads
from cms.importers.columns import FIELDS, recognised
from cms.models import ImportBatch

NEEDED = ("title", "url")


class ColumnsForm(forms.Form):
    """One choice a column; nothing twice, and what is needed once."""

    meanings, needed = FIELDS, NEEDED

    def __init__(self, *args, names: list[str], chosen: list[str] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", _("Leave out")), *self.meanings.items()]
        for number, field in enumerate(recognised(names) if chosen is None else chosen):
            self.fields[f"column_{number}"] = forms.ChoiceField(choices=choices, required=False, initial=field)

    def clean(self):
        """Say what is missing or doubled in the words of the list."""
        chosen = [value for value in self.columns() if value]
        if missing := [str(self.meanings[field]) for field in self.needed if field not in chosen]:
            raise ValidationError(_("No column is: %s. Choose it.") % ", ".join(missing))
        if doubled := [str(self.meanings[field]) for field in self.meanings if chosen.count(field) > 1]:
            raise ValidationError(_("Chosen twice: %s. Leave one of them out.") % ", ".join(doubled))
        return self.cleaned_data

    def columns(self) -> list[str]:
        """The field of each column."""
        return [self.cleaned_data.get(name, "") for name in self.fields if name.startswith("column_")]


@policy.require("import.run")
def columns(request, pk: int):
    """The columns with what stands in them; what is chosen is kept, and the batch looked through."""
    batch = ImportBatch.objects.filter(pk=pk, state=ImportBatch.State.OPEN, job=None, kind="sheet").first()
    if batch is None:
        raise Http404
    names, first = kinds.get(batch.kind).preview(uploads.place(batch) / "source")
    form = ColumnsForm(request.POST or None, names=names)
    if request.method == "POST" and form.is_valid():
        batch.options = batch.options | {"columns": form.columns()}
        uploads.look(batch)
        return redirect("jobs:detail", batch.job_id)
    values = [[row[number] if number < len(row) else None for row in first] for number in range(len(names))]
    context = {
        "page_title": _("Columns"),
        "header_title": _("Columns of %s") % batch.file,
        "header_icon": "upload",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("imports:index"), "label": _("Import")},
            {"url": "", "label": _("Columns")},
        ],
        "batch": batch,
        "form": form,
        "first": first,
        "columns": [
            {"name": name or _("(without a name)"), "field": field, "values": some}
            for name, field, some in zip(names, form, values, strict=True)
        ],
    }
    return TemplateResponse(request, "cms/admin/import_columns.html", context)
