"""Writing into a page from outside its editor: over the newest version, and never making somebody's draft live."""

from collections.abc import Callable
from enum import Enum

from django.utils.translation import gettext as _
from wagtail.models import Page


class Kept(Enum):
    """Where a change stands now: on the site; in a draft of a piece that is not live; or in a draft of one that is,
    because somebody's unpublished changes are in it, or because the person may not publish."""

    LIVE = "live"
    DRAFT = "draft"
    OVER_CHANGES = "over_changes"
    NOT_ALLOWED = "not_allowed"


def held(page: Page) -> tuple[str, str] | None:
    """Why nobody writes into it from outside just now, and what to do: in review, locked, scheduled. None: free."""
    if page.current_workflow_state:
        return _("It is in review"), _("Try again when the review has ended.")
    if page.get_lock():
        return _("It is locked, or scheduled to be published"), _("Unlock or unschedule it first.")
    return None


def write(page: Page, change: Callable[[Page], object], user, may_publish: bool) -> Kept:
    """Apply `change` to the newest version as a new one. Live only where the page is, and nobody has begun a draft.

    To be called in a transaction, with a page just read. Raises ValidationError where the version is not valid.
    """
    untouched = page.live and not page.has_unpublished_changes
    newest = page.get_latest_revision_as_object()
    change(newest)
    revision = newest.save_revision(user=user, log_action=True)
    if untouched and may_publish:
        revision.publish(user=user, skip_permission_checks=True)
        return Kept.LIVE
    if not page.live:
        return Kept.DRAFT
    return Kept.NOT_ALLOWED if untouched else Kept.OVER_CHANGES
