"""The real dates of a page, when it goes live and when it expires: changed by Wagtail's own publishing action alone.

The page's newest revision plays the part of an entry's version: whoever moves a date says which one they saw. What is
published is never more than that date: a page with a draft on top of it is refused.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.log_actions import log

from cms import clock
from cms.models import AssetPage
from editorial.models import Entry
from editorial.schedule import Refused, Stale


def reschedule(page: AssetPage, *, user, version: int, day: date, note: str = "") -> datetime:
    """Let a page that waits for its publication go live on another day, at the same time of day. The new moment. The
    note stands in its entry's history.

    Raises Stale and Refused.
    """
    with transaction.atomic():
        current, revision = _claimed(page, user, version)
        if revision.approved_go_live_at is None:
            raise Refused(_("“%s” does not wait for a publication time. Schedule it in the page editor.") % current)
        changed = revision.as_object()
        before = revision.approved_go_live_at
        changed.go_live_at = _same_time(before, day)
        if changed.go_live_at <= clock.now():
            raise Refused(_("%s is over. To publish now, use “Publish” in the page editor.") % _say(changed.go_live_at))
        if changed.expire_at and changed.expire_at <= changed.go_live_at:
            raise Refused(_("“%(page)s” expires on %(day)s, before that.") % _named(current, changed.expire_at))
        _carry_out(changed, user, "publish", before, changed.go_live_at, note)
    return changed.go_live_at


def expire_on(page: AssetPage, *, user, version: int, day: date, note: str = "") -> datetime:
    """Let a page expire on another day, at the same time of day. The new moment. Raises like `reschedule`."""
    with transaction.atomic():
        current, revision = _claimed(page, user, version)
        changed = revision.as_object()
        before = changed.expire_at
        if before is None or current.expired:
            raise Refused(_("“%s” has no expiry that could be moved. Set it in the page editor.") % current)
        if current.live and current.has_unpublished_changes and revision.approved_go_live_at is None:
            raise Refused(
                _("“%s” has changes that are not published; moving its expiry here would publish them, too. Publish or "
                  "discard them in the page editor first.") % current
            )  # fmt: skip
        changed.expire_at = _same_time(before, day)
        if changed.expire_at <= max(clock.now(), changed.go_live_at or clock.now()):
            raise Refused(_("%s is too early. To take it offline now, use “Unpublish”.") % _say(changed.expire_at))
        if not current.live and revision.approved_go_live_at is None:
            raise Refused(_("“%s” is a draft: its expiry is set in the page editor.") % current)
        _carry_out(changed, user, "expire", before, changed.expire_at, note)
    return changed.expire_at


def _claimed(page: AssetPage, user, version: int):
    """The page and its newest revision, held until the transaction ends, if it is the one that the person saw."""
    current = AssetPage.objects.select_for_update(of=("self",)).get(pk=page.pk)
    if not current.permissions_for_user(user).can_publish():
        raise Refused(_("You may not publish “%s”, so you may not change its dates either.") % current)
    if current.latest_revision_id != version:
        raise Stale(current)
    if current.locked and current.locked_by_id != user.pk:
        raise Refused(_("“%(page)s” is locked by %(who)s.") % {"page": current, "who": current.locked_by or "–"})
    return current, current.get_latest_revision()


def _carry_out(changed: AssetPage, user, lane: str, before: datetime, after: datetime, note: str) -> None:
    """A revision with the new date, published or scheduled by Wagtail's action; a line in the entry's history."""
    revision = changed.save_revision(user=user, log_action=True)
    PublishPageRevisionAction(revision, user=user).execute()
    if entry := Entry.objects.filter(page=changed.pk).first():
        data = {f"{lane}_at": {"old": before.isoformat(), "new": after.isoformat()}}
        log(entry, "editorial.move", user=user, data=data | ({"note": note} if note else {}))


def _same_time(moment: datetime, day: date) -> datetime:
    """That day at the moment's time of day, in the time zone in force; whatever the clocks do in between."""
    return timezone.make_aware(datetime.combine(day, timezone.localtime(moment).time()))


def _named(page, moment) -> dict:
    return {"page": page, "day": _say(moment)}


def _say(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
