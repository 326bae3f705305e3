"""Screens for what happened away from any browser: one thing with one contact, or a file of many."""

from uuid import uuid4

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.widgets import AdminDateTimeInput, AdminPageChooser
from wagtail.log_actions import log

from cms import clock, jobs, policy
from cms.models import AssetPage
from nurture.contacts import offline, people, uploaded
from nurture.contacts.editing import FormScreen
from nurture.contacts.screens import Screen
from tracking import told, words
from tracking.kinds import OFFLINE_KINDS

SALT = "nurture.contacts.offline_screens"
SHOWN = 10


class HappeningForm(forms.Form):
    """What happened, when, about what. Carries its own uuid, so that a double click is one event."""

    kind = forms.ChoiceField(label=gettext_lazy("What happened"), widget=forms.RadioSelect)
    occurred_at = forms.DateTimeField(label=gettext_lazy("When"), widget=AdminDateTimeInput)
    about = forms.CharField(
        label=gettext_lazy("About"),
        max_length=offline.MAX_ABOUT,
        required=False,
        help_text=gettext_lazy("Name of the event, subject of the call."),
    )
    piece = forms.ModelChoiceField(
        AssetPage.objects.all(),
        label=gettext_lazy("Piece it was about"),
        required=False,
        widget=AdminPageChooser(target_models=[AssetPage]),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=offline.MAX_NOTE,
        required=False,
        help_text=gettext_lazy("Stands on the timeline."),
    )
    uuid = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"uuid": uuid4(), "occurred_at": clock.now()}, **kwargs)
        self.fields["kind"].choices = [(kind, words.said(words.KINDS, kind)) for kind in OFFLINE_KINDS]

    def fieldsets(self):
        """(heading, fields) pairs for the template."""
        return [
            ("", [self[name] for name in ("kind", "occurred_at")]),
            ("", [self[n] for n in ("about", "piece", "note")]),
        ]

    def clean_occurred_at(self):
        """It must have happened."""
        at = self.cleaned_data["occurred_at"]
        if at > clock.now():
            raise ValidationError(_("This is in the future. Add it when it has happened."))
        if at < told.EARLIEST:
            raise ValidationError(_("This is before 1990."))
        return at


class AddHappening(FormScreen):
    """Tell what happened with one contact."""

    right, page_url_name, header_icon = "contact.change", "nurture:contact", ""
    template_name = "nurture/contacts/happening_form.html"
    trail = ((gettext_lazy("Contacts"), "nurture:contacts"),)

    def get_page_title(self):
        """With whom."""
        return _("Add what happened with %s") % self.object

    @cached_property
    def object(self):
        """One of those this user may change."""
        return policy.get_visible(self.request.user, self.right, people.listed(), pk=self.kwargs["pk"])

    def make_form(self, data=None):
        """Empty, or filled; nobody else's contact is even asked for."""
        self.object  # noqa: B018 -- a stranger's contact is not found, before any form is shown
        return HappeningForm(data)

    def save(self, form):
        """An event of the ledger, and a line in the audit log."""
        chosen, user = form.cleaned_data, self.request.user
        piece = chosen["piece"].pk if chosen["piece"] else None
        said = {"about": chosen["about"], "note": chosen["note"], "asset_id": piece}
        is_new = offline.tell(self.object, chosen["kind"], chosen["occurred_at"], "staff", chosen["uuid"], **said)
        if is_new:
            data = {"kind": chosen["kind"], "at": chosen["occurred_at"].isoformat()}
            log(instance=self.object, action="nurture.happening_added", user=user, data=data)
        return self.object, _("It is recorded, and stands on the timeline in a moment.")


class FileForm(forms.Form):
    """The file of rows."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV in UTF-8, at most 10 MB: a line for each thing that happened, with the address."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": gettext_lazy("No file was chosen."), "empty": gettext_lazy("The file is empty.")},
    )

    def fieldsets(self):
        """(heading, fields) pairs for the template."""
        return [("", [self["file"]])]

    def clean_file(self):
        """Its bytes, as rows that can be read."""
        file = self.cleaned_data["file"]
        if file.size > offline.MAX_BYTES:
            raise ValidationError(_("The file has more than 10 MB. Send it in parts."))
        data = file.read()
        try:
            offline.read(data)
        except offline.FileError as error:
            raise ValidationError(str(error)) from error
        return data


class ImportScreen:
    """What the steps of the import share."""

    right, header_icon = "happening.import", "upload"
    trail = ((gettext_lazy("Contacts"), "nurture:contacts"),)
    page_title = gettext_lazy("Import what happened")


class UploadHappenings(ImportScreen, FormScreen):
    """First step: the file. The next screen shows how it is understood."""

    template_name = "nurture/contacts/happenings_upload.html"
    submit_label = gettext_lazy("Upload and look at it")

    def make_form(self, data=None):
        """With the file, when there is one."""
        return FileForm(data, self.request.FILES if data is not None else None)

    def post(self, request, **kwargs):
        """Keep the file, and go on to its columns."""
        form = self.make_form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        said = {"file": uploaded.keep(form.cleaned_data["file"]), "name": request.FILES["file"].name[:80]}
        token = signing.dumps(said | {"user": request.user.pk}, salt=SALT)
        return HttpResponseRedirect(f"{reverse('nurture:happenings_columns')}?file={token}")


class CheckHappenings(ImportScreen, Screen):
    """Second step: which column is what, and what the first rows become. POST starts the job."""

    template_name = "nurture/contacts/happenings_columns.html"

    def get(self, request):
        """The mapping as guessed or chosen, with the first rows."""
        return self.render_to_response(self.get_context_data(**self.understood(request.GET)))

    def post(self, request):
        """Start the job; or say again what is lacking."""
        found = self.understood(request.POST)
        if found["problem"]:
            return self.render_to_response(self.get_context_data(**found), status=422)
        params = self.upload(request.POST) | {"columns": found["chosen"]}
        row = jobs.start(uploaded.KIND, _("Import of %s") % params["name"], params, request.user)
        messages.success(request, _("The import has begun."))
        return HttpResponseRedirect(reverse("jobs:detail", args=[row.pk]))

    def upload(self, asked) -> dict:
        """{"file", "name", "user"}: where the file is and what it was called, if this person uploaded it."""
        try:
            said = signing.loads(asked.get("file", ""), salt=SALT, max_age=uploaded.KEPT)
        except signing.BadSignature as error:
            raise Http404 from error
        if said["user"] != self.request.user.pk:
            raise Http404
        return said

    def understood(self, asked) -> dict:
        """The columns, and the first rows read by them; or what the problem is."""
        name = self.upload(asked)["file"]
        context = {"token": asked["file"], "columns": [], "rows": [], "refused": [], "total": 0, "chosen": {}}
        try:
            sheet = uploaded.sheet(name)
            chosen = {key: asked[key] for key in offline.COLUMNS if key in asked} or None
            context |= _choices(sheet, chosen)
            columns = offline.mapping(sheet.header, chosen)
        except offline.FileError as error:
            return context | {"problem": str(error)}
        rows, report = offline.preview(sheet, columns, SHOWN)
        chosen = {key: sheet.header[at] for key, at in columns.items()}
        shown = {"rows": _shown(rows), "refused": report.refused, "total": len(sheet.rows)}
        return context | shown | {"chosen": chosen, "problem": ""}


def _choices(sheet: offline.Sheet, chosen: dict | None) -> dict:
    """(name, label, is it needed, [(header, is it chosen)]) for each of our columns."""
    try:
        guessed = {key: sheet.header[at] for key, at in offline.mapping(sheet.header).items()}
    except offline.FileError:
        guessed = {}
    picked = guessed if chosen is None else chosen
    columns = [
        (name, label, name in offline.NEEDED, [(header, picked.get(name) == header) for header in sheet.header])
        for name, (_known, label) in offline.COLUMNS.items()
    ]
    return {"columns": columns}


def _shown(rows: list[told.Told]) -> list[dict]:
    """The first rows in words. One query."""
    known = {one.subject: one for one in people.listed().filter(subject__in={row.subject for row in rows})}
    return [
        {
            "kind": words.said(words.KINDS, row.kind),
            "at": row.occurred_at,
            "about": row.properties.get("about", ""),
            "note": row.properties.get("note", ""),
            "contact": known[row.subject],
        }
        for row in rows
    ]
