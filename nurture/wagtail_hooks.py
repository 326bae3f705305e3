"""nurture's place in Wagtail's admin: the addresses, and what each package shows in the menu."""

from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.snippets.models import register_snippet

from nurture.contacts import admin as contacts_admin
from nurture.mail import admin as mail_admin
from nurture.rules import admin as rules_admin
from nurture.sales import admin as sales_admin
from nurture.subscriptions import admin as subscriptions_admin


@hooks.register("register_admin_urls")
def urls():
    return [path("nurture/", include("nurture.urls"))]


class NurtureGroup(ViewSetGroup):
    """Rules, templates, accounts: what marketers set up."""

    menu_label = _("Nurture")
    menu_icon = "mail"
    menu_order = 300
    submenu_hook = "register_nurture_menu_item"
    items = (*contacts_admin.VIEWSETS, *rules_admin.VIEWSETS, *mail_admin.VIEWSETS, *sales_admin.VIEWSETS)


# Not through `register_admin_viewset`: snippet models must be known before their screens are asked for.
register_snippet(NurtureGroup)

for item in (*contacts_admin.MENU, *sales_admin.MENU, *mail_admin.MENU, *rules_admin.MENU):
    hooks.register("register_admin_menu_item", lambda item=item: item)

SUBMENUS = (contacts_admin, sales_admin, mail_admin, rules_admin, subscriptions_admin)
for item in (item for admin in SUBMENUS for item in admin.SUBMENU):
    hooks.register("register_nurture_menu_item", lambda item=item: item)


@hooks.register("register_log_actions")
def log_actions(actions):
    """What people do on screens of this app, as it stands in the audit log."""
    actions.register_action("nurture.contact_erased", _("Forget a person"), _("A person was forgotten"))
    actions.register_action("nurture.contact_exported", _("Export a person"), _("All about a person was exported"))
    actions.register_action("nurture.survey_sent", _("Mail a survey"), _("The survey was mailed"))
    actions.register_action("nurture.run_retried", _("Try an action again"), _("An action was tried again"))
