"""The forms of Library › Import: what to bring in, and under which conditions it is written."""

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.importers import archives, kinds, uploads
from cms.models import HomePage, ImportBatch

MORE = {
    kinds.PAGES: (
        gettext_lazy("Pages too"),
        gettext_lazy("Without it only posts are taken; pages such as “About us” are counted and left."),
    ),
    kinds.POINT: (
        gettext_lazy("Only point at the originals"),
        gettext_lazy("Each piece shows its summary and leads to the address where it lives. Nothing is copied."),
    ),
}


class SourceForm(forms.Form):
    """What to bring in, and under which name it is found again."""

    file = forms.FileField(label=gettext_lazy("File"))
    source = forms.CharField(
        label=gettext_lazy("Name of the source"),
        max_length=100,
        help_text=gettext_lazy(
            "For example: company blog. The same name next time updates these pieces; another name makes new ones."
        ),
        error_messages={"required": gettext_lazy("Give the source a name, so that its pieces are found again.")},
    )

    def __init__(self, *args, kind: kinds.Kind, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.page_rights = HomePage.objects.get().permissions_for_user(user)
        file = self.fields["file"]
        file.widget = forms.FileInput(attrs={"accept": ",".join(kind.suffixes)})
        file.help_text = f"{kind.hint} {_('At most %s.') % filesizeformat(kind.max_bytes)}"
        file.error_messages |= {
            "required": _("No file was chosen. Choose one of these: %s.") % ", ".join(kind.suffixes),
            "empty": _("The file is empty. Choose another one."),
        }
        if kind.takes_address:
            file.required = False
            self.fields["address"] = forms.URLField(
                label=_("Or its address"), required=False, max_length=500, assume_scheme="https",
                help_text=_("Where it can be read without logging in, for example https://blog.example/feed."),
            )  # fmt: skip
        for name in kind.options:
            if name in MORE:
                label, help_text = MORE[name]
                self.fields[name] = forms.BooleanField(label=label, help_text=help_text, required=False)
        if kind.takes_address:
            self.order_fields(["file", "address", "source"])

    def clean_file(self):
        """A name that says what it is, no more bytes than are taken, and content that is safe to store."""
        file = self.cleaned_data["file"]
        if not file:
            return file
        if not file.name.lower().endswith(self.kind.suffixes):
            wanted = {"known": ", ".join(self.kind.suffixes)}
            raise ValidationError(_("It is none of these: %(known)s. Choose such a file.") % wanted)
        if file.size > self.kind.max_bytes:
            sizes = {"size": filesizeformat(file.size), "most": filesizeformat(self.kind.max_bytes)}
            why = _("It has %(size)s, and at most %(most)s are taken.") % sizes
            raise ValidationError(f"{why} {_('Upload it in parts, under the same source name.')}")
        try:
            self.kind.check(file)
        except archives.ArchiveError as error:
            raise ValidationError(str(error)) from error
        return file

    def clean_source(self):
        """The spelling that is known already, so that a capital letter makes no twins."""
        name = " ".join(self.cleaned_data["source"].split())
        source = uploads.source_of(self.kind.name, name)
        known = ImportBatch.objects.filter(source__iexact=source).order_by("pk").first()
        if uploads.under_way(known.source if known else source):
            raise ValidationError(_("An import of this source is under way. Wait until it has ended."))
        return known.name if known else name

    def clean(self):
        """Pieces come under the home page, so one must be allowed to add pages there."""
        if not self.page_rights.can_add_subpage():
            raise ValidationError(_("You may not add pages under the home page. Ask somebody who manages the groups."))
        nothing = not self.cleaned_data.get("file") and not self.cleaned_data.get("address")
        if self.kind.takes_address and nothing and not {"file", "address"} & set(self.errors):
            self.add_error("file", _("Choose a file, or give an address."))
        return self.cleaned_data

    def options(self) -> dict:
        """What was ticked, for the kind's reader."""
        return {name: self.cleaned_data[name] for name in self.kind.options if name in MORE}


class WriteForm(forms.Form):
    """Whether what was looked through goes live, and whether pictures are fetched."""

    publish = forms.BooleanField(
        label=gettext_lazy("Publish at the original dates"),
        required=False,
        help_text=gettext_lazy(
            "Without it new pieces are drafts. Pieces that are live stay live, and their changes go live too."
        ),
    )
    pictures = forms.BooleanField(
        label=gettext_lazy("Fetch pictures and PDFs that lie on other hosts"),
        required=False,
        help_text=gettext_lazy(
            "This server asks those hosts for them, for PDFs the text's own host only. You need the right to show them."
        ),
    )

    def __init__(self, *args, kind: kinds.Kind, user, **kwargs):
        super().__init__(*args, **kwargs)
        if kinds.PICTURES not in kind.options:
            del self.fields["pictures"]
        if not HomePage.objects.get().permissions_for_user(user).can_publish_subpage():
            self.fields["publish"].disabled = True
            self.fields["publish"].help_text = _("You may not publish, so what you bring in becomes drafts.")
