"""The forms of Newsroom › Import a plan: the file, and what its columns and days mean."""

from pathlib import Path

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.admin.import_columns import ColumnsForm
from cms.importers.archives import ArchiveError
from editorial.models import PlanBatch
from editorial.plans import columns, writing


class PlanFileForm(forms.Form):
    """The file, and the name by which its rows are known next time."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX (its first sheet), a row a piece; at most 5 MB and 5000 rows."),
        widget=forms.FileInput(attrs={"accept": ",".join(writing.SUFFIXES)}),
        error_messages={
            "required": gettext_lazy("No file was chosen. Choose a .csv or .xlsx file."),
            "empty": gettext_lazy("The file is empty. Choose another one."),
        },
    )
    source = forms.CharField(
        label=gettext_lazy("Name of the plan"),
        max_length=100,
        initial=gettext_lazy("Content plan"),
        help_text=gettext_lazy("The same name next time knows its rows again, so that none is made twice."),
    )

    def clean_file(self):
        """Its rows. A name that says what it is, and content that can be read."""
        file = self.cleaned_data["file"]
        suffix = Path(file.name).suffix.lower()
        if suffix not in writing.SUFFIXES:
            raise ValidationError(_("It is neither CSV nor XLSX. Save it as one of these."))
        if file.size > writing.MAX_BYTES:
            size = filesizeformat(file.size)
            raise ValidationError(_("It has %s, and at most 5 MB are taken. Bring it in in parts.") % size)
        try:
            self.rows = writing.read(file.read(), suffix)
        except ArchiveError as error:
            raise ValidationError(str(error)) from error
        return file


class PlanColumnsForm(ColumnsForm):
    """What each column means, and how days are written, if that is not clear."""

    meanings, needed = columns.FIELDS, ("title",)

    def __init__(self, *args, batch: PlanBatch, **kwargs):
        super().__init__(*args, names=writing.head_of(batch), chosen=batch.columns, **kwargs)
        self.batch = batch
        self.fields["order"] = forms.ChoiceField(
            label=_("Days such as 3/4/2027"), choices=PlanBatch.Order.choices, widget=forms.RadioSelect,
            required=False, initial=batch.order,
        )  # fmt: skip

    def apply(self) -> PlanBatch:
        """The batch with what was chosen; not stored."""
        self.batch.columns, self.batch.order = self.columns(), self.cleaned_data["order"]
        return self.batch
