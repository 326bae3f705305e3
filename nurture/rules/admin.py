"""Screens of this package: VIEWSETS are Wagtail's own; MENU and SUBMENU are menu items for views of ours."""

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, LiveStatusTagColumn, UpdatedAtColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from cms import policy
from cms.admin.keeping import KeptOnceUsed
from nurture.rules.models import Rule


class RuleViewSet(SnippetViewSet):
    """Rules with draft, live version, history and comparison; what they set in motion is listed apart."""

    model = Rule
    delete_view_class = KeptOnceUsed
    icon = "cogs"
    menu_label = _("Rules")
    add_to_admin_menu = False
    menu_item_is_registered = True  # under Nurture; else Wagtail lists it once more under Snippets
    list_display = ["name", Column("sentence", label=_("What it does")), LiveStatusTagColumn(), UpdatedAtColumn()]
    list_per_page = 20
    search_fields = ["name"]


class RunsMenuItem(MenuItem):
    """Shown to those who may see what rules did."""

    def is_shown(self, request):
        return policy.may(request.user, "work.view")


VIEWSETS: list = [RuleViewSet]
MENU: list = []  # in the main menu
SUBMENU: list = [
    RunsMenuItem(_("What rules did"), reverse_lazy("nurture:runs"), name="runs", icon_name="history", order=250)
]
