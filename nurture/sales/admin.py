"""The inbox's place in the menu, with the number of those to call, and its words in the audit log."""

from django.urls import reverse_lazy
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.sidebar import LinkMenuItem

from cms import policy
from nurture.contacts.admin import RightMenuItem
from nurture.sales import inbox

CALLERS = {policy.SALESPERSON, policy.SALES_MANAGER}


class InboxMenuItem(RightMenuItem):
    """Says how many wait, to those who call; for others it would be a number without a meaning."""

    def render_component(self, request):
        """The label with the number: one query, only for salespeople and their managers."""
        waits = inbox.waiting(request.user) if CALLERS & set(policy.group_names(request.user)) else 0
        label = _g("Inbox (%s)") % (f"{waits}+" if waits == inbox.MOST_COUNTED else waits) if waits else self.label
        return LinkMenuItem(self.name, label, self.url, icon_name=self.icon_name, classname=self.classname)


INBOX = InboxMenuItem(
    _("Inbox"), reverse_lazy("nurture:inbox"), right="alert.view", name="inbox", icon_name="mail", order=200
)
LIBRARY = RightMenuItem(
    _("Sales library"),
    reverse_lazy("nurture:library"),
    right="piece.find",
    name="sales_library",
    icon_name="folder-open-inverse",
    order=210,
)
VIEWSETS: list = []
MENU: list = [INBOX, LIBRARY]  # in the main menu
SUBMENU: list = []  # under Nurture


@hooks.register("register_log_actions")
def log_actions(actions):
    """What people do with alerts."""
    actions.register_action("nurture.piece_shared", _("Share a piece"), _("Piece shared"))
    actions.register_action("nurture.alert_decided", _("Decide on an alert"), _("Alert decided"))
