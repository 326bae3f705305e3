"""Wagtail's screens for the newsroom's lists."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.contrib.settings.registry import register_setting

from editorial.models import BriefPoint, CoverageLevels

register_setting(CoverageLevels, icon="table")


class BriefPointViewSet(ModelViewSet):
    """The questions that a brief must answer; the team keeps them under Settings."""

    model = BriefPoint
    menu_label = _("Brief questions")
    icon = "clipboard-list"
    add_to_settings_menu = True
    form_fields = ["text", "format"]
    list_display = ["text", "format"]
    sort_order_field = "sort_order"
    copy_view_enabled = False


brief_points = BriefPointViewSet("brief_points", url_prefix="newsroom/brief-questions")
