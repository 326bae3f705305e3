"""The screen of write keys: make one, copy it once, see when it was last used, revoke it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet

from cms import clock, policy
from tracking import keys
from tracking.models import WriteKey
from tracking.site_screens import OriginsField


class KeyForm(WagtailAdminModelForm):
    """Who uses it, what it may say, and for a browser's key from where."""

    origins = OriginsField(
        required=False, help_text=gettext_lazy("For a browser's key: one a line, for example https://www.example.com.")
    )

    class Meta:
        model = WriteKey
        fields = ["name", "scope", "origins"]
        labels = {"name": gettext_lazy("Name"), "scope": gettext_lazy("Scope")}
        widgets = {"scope": forms.RadioSelect}

    def clean(self) -> dict[str, Any]:
        """A browser's key is public: without origins anybody could send under it."""
        found = super().clean()
        if found.get("scope") == WriteKey.Scope.BROWSER and not found.get("origins") and "origins" not in self.errors:
            self.add_error("origins", ValidationError(_("A browser's key is public; name the sites it is for.")))
        return found


class KeysView(policy.RightRequired, generic.IndexView):
    right = "write_key.manage"


class MakeKeyView(policy.RightRequired, generic.CreateView):
    right = "write_key.manage"

    def save_instance(self):
        """Keep the digest; the key itself goes into the message and nowhere else."""
        told = self.form.cleaned_data
        self.key = keys.make(told["name"], told["scope"], told["origins"], by=self.request.user)
        return WriteKey.objects.get(digest=keys.read(self.key).digest)

    def get_success_message(self, instance):
        told = _("Copy the key now; it is not shown again:")
        return format_html("{} <code>{}</code>", told, self.key)

    def get_success_buttons(self):
        return []

    def log_action(self, instance):
        """keys.make has written it down."""


class RevokeKeyView(policy.RightRequired, generic.DeleteView):
    """Revoked, not deleted: what it was used for stays told."""

    right = "write_key.manage"
    page_title = gettext_lazy("Revoke")
    success_message = gettext_lazy("“%(object)s” is revoked: nothing more is taken under it.")

    @property
    def confirmation_message(self):
        return _("What is sent under this key from now on is dropped and counted. Revoke it?")

    def delete_action(self):
        keys.revoke(WriteKey.objects.filter(pk=self.object.pk), by=self.request.user)


class WriteKeyViewSet(ModelViewSet):
    """Write keys, in the ledger's menu."""

    model = WriteKey
    name = "write_keys"
    url_prefix = "ledger/keys"
    icon = "key"
    menu_label = gettext_lazy("Write keys")
    menu_order = 40
    index_view_class = KeysView
    add_view_class = MakeKeyView
    delete_view_class = RevokeKeyView
    edit_view_enabled = False
    inspect_view_enabled = False
    copy_view_enabled = False
    list_display = [
        "name",
        Column("tail", label=gettext_lazy("Ends with")),
        Column("scope", label=gettext_lazy("Scope")),
        Column("state", label=gettext_lazy("State"), accessor=lambda key: _state(key)),
        DateColumn("last_used_at", label=gettext_lazy("Last used")),
    ]
    search_fields = ["name"]
    list_per_page = 20

    def get_form_class(self, for_update=False):
        return KeyForm


def _state(key: WriteKey) -> str:
    if key.revoked_at is None:
        return _("works")
    if key.revoked_at > clock.now():
        return _("works until %(day)s") % {"day": f"{key.revoked_at:%-d %b}"}
    return _("revoked")


keys_viewset = WriteKeyViewSet()
