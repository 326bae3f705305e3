"""Library › Import: a blog as a .zip of Markdown files, brought in by a job with its progress and its report."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Max
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSet

from cms import policy
from cms.importers import archives, uploads
from cms.importers import folder as folders
from cms.models import HomePage, ImportedItem

SUFFIXES = (".zip", *folders.SUFFIXES)
SHOWN_SOURCES = 10


class UploadForm(forms.Form):
    """What to bring in, under which name it is found again, and whether it goes live."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A .zip of Markdown files with front matter and their pictures, at most 50 MB; or a single .md file."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
        error_messages={
            "required": gettext_lazy("No file was chosen. Choose a .zip or a .md file."),
            "empty": gettext_lazy("The file is empty. Choose another one."),
        },
    )
    source = forms.CharField(
        label=gettext_lazy("Name of the source"),
        max_length=100,
        help_text=gettext_lazy(
            "For example: company blog. The same name next time updates these pieces; another name makes new ones."
        ),
        error_messages={"required": gettext_lazy("Give the source a name, so that its pieces are found again.")},
    )
    publish = forms.BooleanField(
        label=gettext_lazy("Publish at the original dates"),
        required=False,
        help_text=gettext_lazy(
            "Without it new pieces are drafts. Pieces that are live stay live, and their changes go live too."
        ),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.page_rights = HomePage.objects.get().permissions_for_user(user)
        if not self.page_rights.can_publish_subpage():
            self.fields["publish"].disabled = True
            self.fields["publish"].help_text = _("You may not publish, so what you bring in becomes drafts.")

    def clean_file(self):
        """A name that says what it is, no more bytes than are taken, and an archive that is safe to unpack."""
        file = self.cleaned_data["file"]
        if not file.name.lower().endswith(SUFFIXES):
            raise ValidationError(_("This is no .zip, .md or .markdown file. Pack the folder of the posts as .zip."))
        single = file.name.lower().endswith(folders.SUFFIXES)
        most = folders.MAX_BYTES if single else archives.MAX_UPLOAD
        if file.size > most:
            sizes = {"size": filesizeformat(file.size), "most": filesizeformat(most)}
            why = _("It has %(size)s, and at most %(most)s are taken.") % sizes
            raise ValidationError(f"{why} {_('Upload it in parts, under the same source name.')}")
        try:
            return file if single else archives.check(file) or file
        except archives.ArchiveError as error:
            raise ValidationError(str(error)) from error

    def clean_source(self):
        """The spelling that is known already, so that a capital letter makes no twins."""
        name = " ".join(self.cleaned_data["source"].split())
        known = ImportedItem.objects.filter(source__iexact=uploads.source_of(name)).values_list("source", flat=True)
        name = next((source.partition(":")[2] for source in known[:1]), name)
        if uploads.under_way(name):
            raise ValidationError(_("An import of this source is under way. Wait until it has ended."))
        return name

    def clean(self):
        """Pieces come under the home page, so one must be allowed to add pages there."""
        if not self.page_rights.can_add_subpage():
            raise ValidationError(_("You may not add pages under the home page. Ask somebody who manages the groups."))
        return self.cleaned_data


@policy.require("import.run")
def upload(request):
    """The form; what it takes becomes a job, whose screen shows how far it is."""
    form = UploadForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            job = uploads.start(values["file"], values["source"], publish=values["publish"], user=request.user)
        except archives.ArchiveError as error:
            form.add_error("file", str(error))
        else:
            return redirect("jobs:detail", job.pk)
    context = {
        "form": form,
        "page_title": _("Import"),
        "header_title": _("Import"),
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": "", "label": _("Import")},
        ],
        "action_url": reverse("imports:index"),
        "submit_button_label": _("Upload and import"),
        "submit_button_active_label": _("Uploading…"),
        "sources": sources(),
    }
    return TemplateResponse(request, "cms/admin/import.html", context)


def sources() -> list[dict]:
    """The sources brought in last: name, pieces, and when. One query."""
    rows = ImportedItem.objects.filter(source__startswith="markdown:").values("source").order_by()
    rows = rows.annotate(pieces=Count("pk"), last_at=Max("imported_at")).order_by("-last_at")[:SHOWN_SOURCES]
    return [row | {"name": row["source"].partition(":")[2]} for row in rows]


class ImportMenuItem(MenuItem):
    """Shown to those who may import."""

    def is_shown(self, request):
        return policy.may(request.user, "import.run")


class ImportViewSet(ViewSet):
    """Bringing in what a team has already."""

    name = "imports"
    url_prefix = "library/import"
    icon = "upload"
    menu_label = gettext_lazy("Import")
    menu_order = 890
    menu_item_class = ImportMenuItem

    def get_urlpatterns(self):
        return [path("", upload, name="index")]
