"""What a contact did and what changed, in a sentence for people."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nurture.contacts.facts import INTEREST
from nurture.contacts.models import Account, Contact, Engagement, FieldChange
from tracking.kinds import OFFLINE_KINDS

# kind -> (with the piece's title, without one)
WORDS = {
    "page_viewed": (gettext_lazy("Opened %s"), gettext_lazy("Visited the site")),
    "asset_read": (None, gettext_lazy("Read on the site")),
    "asset_downloaded": (gettext_lazy("Downloaded %s"), gettext_lazy("Downloaded a file")),
    "asset_rated": (gettext_lazy("Rated %s"), gettext_lazy("Rated a piece")),
    "asset_saved": (gettext_lazy("Saved %s for later"), gettext_lazy("Saved a piece for later")),
    "asset_shared": (gettext_lazy("Shared %s"), gettext_lazy("Shared a piece")),
    "author_followed": (gettext_lazy("Followed the author of %s"), gettext_lazy("Followed an author")),
    "comment_posted": (gettext_lazy("Commented on %s"), gettext_lazy("Posted a comment")),
    "form_submitted": (gettext_lazy("Sent the form for %s"), gettext_lazy("Sent a form")),
    "link_followed": (gettext_lazy("Followed the link to %s"), gettext_lazy("Followed a link")),
    "poll_answered": (gettext_lazy("Answered a poll under %s"), gettext_lazy("Answered a poll")),
    "survey_answered": (gettext_lazy("Answered a survey under %s"), gettext_lazy("Answered a survey")),
    "subscription_ended": (None, gettext_lazy("Ended the subscription to new pieces")),
    "mail_opened": (gettext_lazy("Opened the mail with %s"), gettext_lazy("Opened a mail")),
    "event_attended": (gettext_lazy("Attended %s"), gettext_lazy("Attended an event")),
    "meeting_held": (gettext_lazy("Met us about %s"), gettext_lazy("Met us")),
    "call_made": (gettext_lazy("Talked to us on the phone about %s"), gettext_lazy("Talked to us on the phone")),
    "support_asked": (gettext_lazy("Asked support about %s"), gettext_lazy("Asked support")),
    "social_engaged": (gettext_lazy("Reacted on social media to %s"), gettext_lazy("Reacted on social media")),
    "reply_received": (gettext_lazy("Replied about %s"), gettext_lazy("Replied to a mail")),
}
READ_WHOLE = 90  # percent: who scrolled so far saw the end


def claim_remark(address: str) -> str:
    """What it proves that a page said who its reader is."""
    return _("By what a page said of its reader: %s. Anybody can say that; it proves nobody.") % address


def did(engagement: Engagement) -> str:
    """ "Read ‘How cold is cold’ to the end, 3 min." """
    kind, properties = engagement.kind, engagement.properties
    about = (kind in OFFLINE_KINDS and str(properties.get("about", ""))) or engagement.asset_title
    title = _("‘%s’") % about if about else ""
    if kind == "asset_read" and title:
        return _reading(title, properties)
    if kind == "asset_rated" and title and (value := _number(properties, "value")):
        said = (_("Rated %s useful") if value > 0 else _("Rated %s not useful")) % title
        stars = _number(properties, "stars")
        return _("%(said)s, %(stars)s of 5") % {"said": said, "stars": stars} if stars else said
    if kind == "poll_answered" and properties.get("question"):
        return _("Asked ‘%(question)s’, answered ‘%(option)s’") % {
            name: str(properties.get(name, ""))[:200] for name in ("question", "option")
        }
    if kind == "survey_answered" and properties.get("title"):
        return _("Answered the survey ‘%s’") % str(properties["title"])[:200]
    if kind == "subscription_confirmed":
        often = str(properties.get("cadence", ""))[:80].lower()
        return (_("Subscribed to new pieces by mail: %s") % often) if often else _("Subscribed to new pieces by mail")
    if kind == "subscription_changed":
        often = str(properties.get("cadence", ""))[:80].lower()
        return _("Changed the subscription to new pieces: %s") % (often or _("its topics"))
    if kind == "action_taken" and properties.get("event"):
        return _("Did ‘%s’ in another program") % str(properties["event"])[:200]
    if kind == "site_searched":
        return _("Searched the site for ‘%s’") % str(properties.get("words") or properties.get("query", ""))[:80]
    with_title, without = WORDS.get(kind, (None, kind.replace("_", " ").capitalize()))
    return str(with_title) % title if with_title and title else str(without)


def _reading(title: str, properties: dict) -> str:
    depth, seconds = _number(properties, "depth"), _number(properties, "seconds")
    if depth >= READ_WHOLE:
        said = _("Read %s to the end") % title
    elif depth > 0:
        said = _("Read %(depth)s%% of %(title)s") % {"depth": depth, "title": title}
    else:
        said = _("Read %s") % title
    return f"{said}, {span(seconds)}" if seconds else said


def span(seconds: int) -> str:
    """ "40 s", "3 min", "2 h"."""
    if seconds < 60:
        return _("%s s") % seconds
    return _("%s min") % round(seconds / 60) if seconds < 3600 else _("%s h") % round(seconds / 3600)


def since(days: int) -> str:
    """ "today", "1 day", "12 days"."""
    return ngettext("%s day", "%s days", days) % days if days else _("today")


def changed(change: FieldChange, model: type[Account | Contact], names: dict[tuple[str, str], str]) -> str:
    """ "Job title: Buyer, was Head of logistics". `names` holds what primary keys stand for, by (field, key)."""
    if change.field == INTEREST:
        return _("Interested in ‘%s’") % names.get((change.field, change.new), change.new)
    label = str(model._meta.get_field(change.field).verbose_name).capitalize()
    choices = dict(model._meta.get_field(change.field).flatchoices)
    new, old = (names.get((change.field, value)) or choices.get(value) or value for value in (change.new, change.old))
    if not change.new:
        return _("%(label)s removed, was ‘%(old)s’") % {"label": label, "old": old}
    if not change.old:
        return _("%(label)s: ‘%(new)s’") % {"label": label, "new": new}
    return _("%(label)s: ‘%(new)s’, was ‘%(old)s’") % {"label": label, "new": new, "old": old}


def _number(properties: dict, name: str) -> int:
    """What a browser sends need not be a number."""
    value = properties.get(name)
    return int(value) if isinstance(value, int | float) and abs(value) < 1e9 else 0
