"""Contacts' place in the menu, and their words in the audit log."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from cms import policy


class RightMenuItem(MenuItem):
    """Shown to those who have the right that its screen asks for."""

    def __init__(self, *args, right, **kwargs):
        self.right = right
        super().__init__(*args, **kwargs)

    def is_shown(self, request):
        """May they?"""
        return policy.may(request.user, self.right)


VIEWSETS: list = []
CONTACTS = RightMenuItem(
    _("Contacts"),
    reverse_lazy("nurture:contacts"),
    right="contact.view",
    name="contacts",
    icon_name="group",
    order=210,
)
MENU: list = [CONTACTS]  # in the main menu
PROPOSALS = RightMenuItem(
    _("Proposed merges"),
    reverse_lazy("nurture:proposals"),
    right="contact.merge",
    name="proposed-merges",
    icon_name="group",
    order=900,
)
SUBMENU: list = [PROPOSALS]  # under Nurture


@hooks.register("register_log_actions")
def log_actions(actions):
    """What people do with contacts and accounts."""
    actions.register_action("nurture.contact_added", _("Add a contact"), _("Contact added"))
    actions.register_action("nurture.contact_changed", _("Edit a contact"), _("Contact edited"))
    actions.register_action("nurture.stage_moved", _("Move a stage by hand"), _("Moved to another stage by hand"))
    actions.register_action("nurture.happening_added", _("Add what happened"), _("Told what happened"))
    actions.register_action("nurture.identity_revoked", _("Take a browser back"), _("Browser taken back"))
    actions.register_action(
        "nurture.merge_accepted", _("Two ids are one reader"), _("Decided that two ids are one reader")
    )
    actions.register_action("nurture.merge_declined", _("Two ids are not one"), _("Decided that two ids are not one"))
    actions.register_action(
        "nurture.merge_taken_back", _("Open a proposal again"), _("A decision about two ids was taken back")
    )
    actions.register_action("nurture.account_added", _("Add an account"), _("Account added"))
    actions.register_action("nurture.account_changed", _("Edit an account"), _("Account edited"))
