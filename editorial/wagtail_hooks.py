"""The newsroom's place in Wagtail's admin."""

from django.urls import include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.views.home import WorkflowObjectsToModeratePanel
from wagtail.admin.viewsets.pages import page_viewset_registry

from cms import policy
from cms.models import AssetPage
from editorial import history
from editorial.admin import brief_points, interest_list, mix_targets, slot_rules_list
from editorial.coverage_views import CoveragePanel
from editorial.mine import MinePanel
from editorial.panels import AssetEditing
from editorial.reminder_panel import StepReminderPanel

hooks.register("register_log_actions", history.register)
hooks.register("register_account_settings_panel", StepReminderPanel)
hooks.register("register_admin_viewset", lambda: [brief_points, interest_list, mix_targets, slot_rules_list])
page_viewset_registry.register(AssetPage, AssetEditing("asset_editing"))


class RightMenuItem(MenuItem):
    """Shown to those who have the right."""

    def __init__(self, *args, right: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.right = right

    def is_shown(self, request):
        return policy.may(request.user, self.right)


@hooks.register("register_admin_urls")
def urls():
    return [path("newsroom/", include("editorial.urls"))]


@hooks.register("register_admin_menu_item")
def calendar_item():
    return RightMenuItem(
        _("Calendar"),
        reverse_lazy("editorial:calendar"),
        name="calendar",
        icon_name="calendar-alt",
        order=110,
        right="calendar.view",
    )


@hooks.register("register_admin_menu_item")
def coverage_item():
    return RightMenuItem(
        _("Coverage"),
        reverse_lazy("editorial:coverage"),
        name="coverage",
        icon_name="table",
        order=120,
        right="coverage.view",
    )


class NewsroomMenuItem(SubmenuMenuItem):
    """What is set up for the newsroom, each line for those who may."""


newsroom_menu = Menu(register_hook_name="register_newsroom_menu_item")


@hooks.register("register_admin_menu_item")
def newsroom_item():
    return NewsroomMenuItem(_("Newsroom"), newsroom_menu, name="newsroom", icon_name="glasses", order=130)


@hooks.register("register_newsroom_menu_item")
def held_room_item():
    url = reverse_lazy("slot_rules:index")
    return RightMenuItem(
        _("Held room"), url, name="held-room", icon_name="circle-plus", order=30, right="calendar.change"
    )


@hooks.register("register_newsroom_menu_item")
def interests_item():
    url = reverse_lazy("editorial:interests")
    return RightMenuItem(_("Interests"), url, name="interests", icon_name="glasses", order=10, right="interest.view")


@hooks.register("register_newsroom_menu_item")
def mix_item():
    url = reverse_lazy("editorial:mix")
    return RightMenuItem(_("Mix"), url, name="mix", icon_name="sliders", order=20, right="mix.view")


@hooks.register("register_newsroom_menu_item")
def plan_item():
    url = reverse_lazy("editorial:plans")
    return RightMenuItem(_("Import a plan"), url, name="import-plan", icon_name="upload", order=40, right="plan.import")


@hooks.register("construct_homepage_panels")
def mine_panel(request, panels):
    if policy.may(request.user, "calendar.view"):
        panels.append(MinePanel())


@hooks.register("construct_homepage_panels")
def coverage_panel(request, panels):
    if policy.may(request.user, "coverage.view"):
        panels.append(CoveragePanel())


@hooks.register("construct_homepage_panels")
def waiting_panel(request, panels):
    """What waits for somebody's approval stands above the map, which is longer than a screen."""
    for panel in panels:
        if isinstance(panel, WorkflowObjectsToModeratePanel):
            panel.order = MinePanel.order + 5
