"""Screens of this package: VIEWSETS are Wagtail's own; MENU and SUBMENU are menu items for views of ours."""

from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn, UpdatedAtColumn
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views.snippets import EditView, SnippetViewSet

from cms import policy
from cms.admin.keeping import KeptOnceUsed
from nurture.mail.models import EmailTemplate


class TemplateEditView(EditView):
    """The editor, with the way to the preview."""

    @cached_property
    def header_buttons(self):
        url = reverse("nurture:template-preview", args=[self.object.pk])
        return [HeaderButton(_("Preview and test"), url=url, icon_name="view")]


class TemplateViewSet(SnippetViewSet):
    """Mail templates with draft, live version, history and comparison."""

    model = EmailTemplate
    delete_view_class = KeptOnceUsed
    icon = "mail"
    menu_label = _("Mail templates")
    menu_order = 200
    add_to_admin_menu = False
    menu_item_is_registered = True  # in Nurture's menu, so not under “Snippets” too
    edit_view_class = TemplateEditView
    list_display = ["name", Column("subject", label=_("Subject")), LiveStatusTagColumn(), UpdatedAtColumn()]
    list_per_page = 20
    search_fields = ["name"]
    copy_view_enabled = True


class MailMenuItem(MenuItem):
    """Shown to those who may see what was sent."""

    def is_shown(self, request):
        return policy.may(request.user, "mail.view")


@hooks.register("register_log_actions")
def log_actions(actions):
    """What people decide about mail, as it stands in the audit log."""
    actions.register_action("nurture.delivery_retried", _("Try a mail again"), _("A mail was tried again"))
    actions.register_action("nurture.delivery_given_up", _("Give a mail up"), _("A mail was given up"))


VIEWSETS: list = [TemplateViewSet]
MENU: list = []  # in the main menu
SUBMENU: list = [
    MailMenuItem(_("Sent mail"), reverse_lazy("nurture:deliveries"), name="sent-mail", icon_name="mail", order=260)
]
