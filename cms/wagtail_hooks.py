"""The library's place in Wagtail's admin."""

from django.http import Http404
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.widgets import Button
from wagtail.snippets.models import register_snippet

from cms import documents, policy
from cms.admin import health, outsiders, pieces, reuse, scorecard, stuck
from cms.admin.agreements import AgreementViewSet
from cms.admin.assets import AssetViewSet
from cms.admin.campaigns import CampaignViewSet
from cms.admin.classify import ClassifyBulkAction
from cms.admin.comments import CommentViewSet
from cms.admin.cycle import CycleViewSet
from cms.admin.gates import GateViewSet
from cms.admin.imports import ImportViewSet
from cms.admin.jobs import JobViewSet
from cms.admin.placements import PlacementViewSet
from cms.admin.polls import PollViewSet
from cms.admin.surveys import SurveyViewSet
from cms.admin.taxonomy import (
    AuthorViewSet,
    ObjectionViewSet,
    PersonaViewSet,
    StageViewSet,
    TopicViewSet,
    VehicleViewSet,
)
from cms.author_chooser import author_chooser
from cms.models import AssetPage


class LibraryGroup(ViewSetGroup):
    """Pieces, and all they are told apart by. Other apps may add their own to the same menu."""

    menu_label = _("Library")
    menu_icon = "folder-open-inverse"
    menu_order = 110
    submenu_hook = "register_library_menu_item"
    items = (
        AssetViewSet,
        AgreementViewSet,
        CycleViewSet,
        PlacementViewSet,
        StageViewSet,
        PersonaViewSet,
        TopicViewSet,
        ObjectionViewSet,
        AuthorViewSet,
        CampaignViewSet,
        VehicleViewSet,
        CommentViewSet,
        GateViewSet,
        PollViewSet,
        SurveyViewSet,
        ImportViewSet,
        JobViewSet,
    )


register_snippet(LibraryGroup)
hooks.register("register_bulk_action", ClassifyBulkAction)
hooks.register("register_admin_viewset", lambda: author_chooser)


@hooks.register("register_admin_urls")
def operations_urls():
    return [*health.URLS, *stuck.URLS, *scorecard.URLS, *pieces.URLS, *reuse.URLS, *outsiders.URLS]


@hooks.register("register_reports_menu_item")
def health_menu_item():
    return health.menu_item()


@hooks.register("register_reports_menu_item")
def scorecard_menu_item():
    return scorecard.menu_item()


@hooks.register("register_reports_menu_item")
def stuck_menu_item():
    return stuck.menu_item()


@hooks.register("register_reports_menu_item")
def outsiders_menu_item():
    return outsiders.menu_item()


@hooks.register("register_page_listing_more_buttons")
def use_button(page, user, next_url=None):
    """In the menu of a piece, in every list of pages."""
    if isinstance(page, AssetPage) and policy.may(user, "piece.use"):
        address = reverse("piece-use", args=[page.pk])
        yield Button(_("Use and notes"), address, icon_name="resubmit", priority=45)


@hooks.register("construct_main_menu")
def pictures_and_files_before_library(request, menu_items):
    """Wagtail puts them between apps of ours, where nobody looks for them."""
    for item in menu_items:
        item.order = {"images": 102, "documents": 104}.get(item.name, item.order)


@hooks.register("before_serve_document")
def keep_internal_files(document, request):
    """A file behind a gate, of sales-only or of unpublished pieces is found by nobody outside, whatever its number."""
    if not request.user.has_perm("wagtailadmin.access_admin") and documents.is_internal(document):
        raise Http404


@hooks.register("insert_global_admin_css")
def library_css():
    return format_html('<link rel="stylesheet" href="{}">', static("cms/admin/library.css"))


@hooks.register("insert_editor_js")
def names_of_inner_fields():
    return format_html('<script src="{}"></script>', static("cms/admin/labels.js"))


@hooks.register("register_log_actions")
def library_log_actions(actions):
    actions.register_action("agreement.sign", _("Sign"), _("Signed for sales"))
    actions.register_action("agreement.expire", _("End"), _("Its last day has passed"))
    actions.register_action("agreement.withdraw", _("Withdraw"), _("Withdrawn"))
    actions.register_action("cycle.sign", _("Sign the buying cycle"), _("Buying cycle signed"))
    actions.register_action("stage.agreed", _("Agree with the stage"), _("Sales agreed with the stage"))
    actions.register_action("stage.disputed", _("Dispute the stage"), _("Sales disputed the stage"))
    actions.register_action("sales_feedback.say", _("Say how it helps"), _("Sales said how it helps"))
    actions.register_action("topic.merge", _("Merge topics"), _("Another topic was merged into it"))
    actions.register_action("comment.published", _("Publish"), _("Comment published"))
    actions.register_action("comment.rejected", _("Reject"), _("Comment rejected"))
    actions.register_action("comment.answered", _("Answer"), _("Comment answered"))
    actions.register_action("rating_note.dropped", _("Drop a note"), _("A note with a rating was dropped"))
    actions.register_action("piece_note.written", _("Write a note"), _("A note for colleagues was written"))
    actions.register_action("piece_note.removed", _("Remove a note"), _("A note for colleagues was removed"))
    actions.register_action("persona_note.added", _("Write down an interview"), _("An interview was written down"))
    actions.register_action("persona_note.edited", _("Edit an interview"), _("An interview was edited"))
    actions.register_action("persona_note.deleted", _("Delete an interview"), _("An interview was deleted"))
    actions.register_action("survey.copied", _("Make a new version"), _("Made as a new version"))
    actions.register_action("survey.meanings", _("Say what answers tell"), _("What answers tell was changed"))
    actions.register_action("survey.exported", _("Export answers"), _("Answers were exported"))
    actions.register_action("import.upload", _("Upload for import"), _("Uploaded for import"))
    actions.register_action("import.write", _("Import"), _("Imported"))
    actions.register_action("import.discard", _("Discard import"), _("Discarded import"))
    actions.register_action("import.undo", _("Undo import"), _("Undid import"))
    actions.register_action("stuck.retried", _("Try stuck work again"), _("Stuck work was tried again"))
    actions.register_action("stuck.dropped", _("Drop stuck work"), _("Stuck work was dropped"))
    actions.register_action("job.start", _("Start"), _("Started"))
    actions.register_action("job.cancel", _("Stop"), _("Stopped"))
    actions.register_action("job.retry", _("Try again"), _("Tried again"))


@hooks.register("register_log_actions")
def outsider_log_actions(actions):
    actions.register_action("outsider.exported", _("Export somebody outside"), _("Somebody outside was exported"))
    actions.register_action("outsider.forgotten", _("Forget somebody outside"), _("Somebody outside was forgotten"))


@hooks.register("register_log_actions")
def gate_log_actions(actions):
    actions.register_action("gate.export", _("Export what was sent"), _("What was sent through it was exported"))
    actions.register_action("gate.release", _("Release"), _("A form that was held back was released"))
    actions.register_action("gate.revoke", _("End links"), _("The links of a form were ended"))
