"""The library's place in Wagtail's admin."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup

from cms.admin.assets import AssetViewSet
from cms.admin.taxonomy import (
    AuthorViewSet,
    CampaignViewSet,
    PersonaViewSet,
    StageViewSet,
    TopicViewSet,
    VehicleViewSet,
)


class LibraryGroup(ViewSetGroup):
    """Pieces, and all they are told apart by. Other apps may add their own to the same menu."""

    menu_label = _("Library")
    menu_icon = "folder-open-inverse"
    menu_order = 110
    submenu_hook = "register_library_menu_item"
    items = (
        AssetViewSet,
        StageViewSet,
        PersonaViewSet,
        TopicViewSet,
        AuthorViewSet,
        CampaignViewSet,
        VehicleViewSet,
    )


@hooks.register("register_admin_viewset")
def library_viewsets():
    return LibraryGroup()
