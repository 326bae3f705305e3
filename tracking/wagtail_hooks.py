"""The ledger's place in Wagtail's admin: its own menu, and tracked links in the library's."""

from django.urls import include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from cms import policy
from tracking.admin import links_viewset
from tracking.key_screens import keys_viewset
from tracking.site_screens import sites_viewset


class LedgerMenuItem(MenuItem):
    """Shown to those who may look into the ledger."""

    def is_shown(self, request):
        return policy.may(request.user, "ledger.view")


@hooks.register("register_admin_urls")
def urls():
    return [path("ledger/", include("tracking.urls"))]


@hooks.register("register_admin_viewset")
def viewset():
    return [links_viewset, sites_viewset, keys_viewset]


@hooks.register("register_library_menu_item")
def menu_item():
    return links_viewset.get_menu_item(order=links_viewset.menu_order)


@hooks.register("register_admin_menu_item")
def ledger_menu():
    return SubmenuMenuItem(
        _("Ledger"), Menu(register_hook_name="register_ledger_menu_item"), name="ledger", icon_name="history", order=350
    )


@hooks.register("register_ledger_menu_item")
def live_item():
    return LedgerMenuItem(
        _("Events as they come in"), reverse_lazy("ledger:live"), name="live", icon_name="view", order=10
    )


@hooks.register("register_ledger_menu_item")
def health_item():
    url = reverse_lazy("ledger:health")
    return LedgerMenuItem(_("Health of the ledger"), url, name="ledger-health", icon_name="circle-check", order=20)


@hooks.register("register_ledger_menu_item")
def sites_item():
    return sites_viewset.get_menu_item(order=sites_viewset.menu_order)


@hooks.register("register_ledger_menu_item")
def keys_item():
    return keys_viewset.get_menu_item(order=keys_viewset.menu_order)


@hooks.register("register_log_actions")
def log_actions(actions):
    """As they stand in the audit log."""
    actions.register_action("tracking.write_key.make", _("Make a write key"), _("A write key was made"))
    actions.register_action("tracking.write_key.revoke", _("Revoke a write key"), _("A write key was revoked"))
