"""The library's place in Wagtail's admin."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.snippets.models import register_snippet

from cms.admin.agreements import AgreementViewSet
from cms.admin.assets import AssetViewSet
from cms.admin.imports import ImportViewSet
from cms.admin.jobs import JobViewSet
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
        AgreementViewSet,
        StageViewSet,
        PersonaViewSet,
        TopicViewSet,
        AuthorViewSet,
        CampaignViewSet,
        VehicleViewSet,
        ImportViewSet,
        JobViewSet,
    )


register_snippet(LibraryGroup)


@hooks.register("insert_global_admin_css")
def library_css():
    return format_html('<link rel="stylesheet" href="{}">', static("cms/admin/library.css"))


@hooks.register("register_log_actions")
def library_log_actions(actions):
    actions.register_action("agreement.sign", _("Sign"), _("Signed for sales"))
    actions.register_action("agreement.withdraw", _("Withdraw"), _("Withdrawn"))
    actions.register_action("import.upload", _("Upload for import"), _("Uploaded for import"))
    actions.register_action("job.start", _("Start"), _("Started"))
    actions.register_action("job.cancel", _("Stop"), _("Stopped"))
    actions.register_action("job.retry", _("Try again"), _("Tried again"))
