"""The ledger's closed lists in words for people: kinds, verdicts, their reasons, and why a draft was dropped."""

from django.utils.translation import gettext_lazy as _

from tracking.batch import Reason
from tracking.models.events import Verdict

KINDS = {
    "page_viewed": _("Page viewed"),
    "asset_read": _("Piece read"),
    "reading_continued": _("Piece read on"),
    "asset_downloaded": _("File downloaded"),
    "asset_rated": _("Piece rated"),
    "asset_saved": _("Piece saved"),
    "asset_shared": _("Piece shared"),
    "author_followed": _("Author followed"),
    "comment_posted": _("Comment posted"),
    "form_submitted": _("Form sent"),
    "link_followed": _("Link followed"),
    "mail_opened": _("Mail opened"),
    "poll_answered": _("Poll answered"),
    "survey_answered": _("Survey answered"),
    "site_searched": _("Site searched"),
    "subscription_confirmed": _("Mails subscribed to"),
    "subscription_changed": _("Subscription changed"),
    "subscription_ended": _("Subscription ended"),
    "action_taken": _("Acted in a program"),
    "person_identified": _("Person identified"),
    "person_claimed": _("Person named by a page"),
    "account_named": _("Company named"),
    "merge_proposed": _("Merge proposed"),
    "event_attended": _("Event attended"),
    "meeting_held": _("Meeting held"),
    "call_made": _("Call made"),
    "support_asked": _("Support asked"),
    "social_engaged": _("Reacted on social media"),
    "reply_received": _("Reply received"),
}
VERDICTS = {Verdict.HUMAN: _("Person"), Verdict.ROBOT: _("Robot"), Verdict.INTERNAL: _("Our own people")}
REASONS = {
    "no_user_agent": _("the request names no browser"),
    "crawler": _("a known crawler"),
    "listed": _("on the list of crawlers, with a device that people use, too"),
    "declared": _("calls itself a robot"),
    "contact_given": _("gives an address to complain to, as robots do"),
    "headless": _("a browser driven by a program"),
    "scripted": _("a program's own client, such as curl"),
    "no_device": _("names no device"),
    "odd_agent": _("a name that no browser has"),
    "vague_agent": _("a name that says too little for a browser"),
    "mail_privacy": _("Apple loads pictures ahead of the reader"),
    "image_proxy": _("a mail provider loads pictures for the reader"),
    "head_request": _("asked for the head only, as link scanners do"),
    "prefetch": _("loaded ahead of its reader"),
    "no_language": _("names no language"),
    "odd_headers": _("headers that this browser does not send"),
    "datacentre": _("from a datacentre"),
    "honeypot": _("followed the link that no person can see"),
    "sweep": _("followed nearly all links of a mail within seconds"),
    "at_once": _("within ten seconds of the mail's sending"),
    "early": _("within two minutes of the mail's sending"),
    "no_beacon": _("the page it led to never reported back"),
    "staff": _("logged in here"),
    "office": _("from our office"),
}
DROPPED = {
    Reason.DUPLICATE: _("sent twice: the first one is stored"),
    Reason.UNKNOWN_KIND: _("a kind of event that this version does not know"),
    Reason.SITE_UNKNOWN: _("sent under a site's key that is nobody's"),
    Reason.SITE_CLOSED: _("from another site that is switched off"),
    Reason.KEY_UNKNOWN: _("sent under a write key that is not in our list"),
    Reason.KEY_REVOKED: _("sent under a write key that was revoked"),
    Reason.MALFORMED: _("one message of a batch that could not be read"),
    Reason.WRONG_ORIGIN: _("under another site's key, from a page that is not of that site"),
    Reason.TOO_OLD: _("from a month whose events are no longer kept"),
    Reason.NOT_WANTED: _("nothing is recorded where the reader is"),
    Reason.NO_CONSENT: _("opening this mail may not be recorded, or not any more"),
    Reason.ONLY_A_DATE: _("of a mail opened only the day is kept"),
    Reason.NOT_KEPT: _("a link that led its reader on while neither database nor disk could keep it"),
    Reason.BROKEN: _("could not be taken over, and was dropped by hand; the audit log says why"),
}
SOURCES = {
    "script": _("page script"),
    "pixel": _("image"),
    "link": _("tracked link"),
    "site": _("the site itself"),
    "server": _("another system"),
    "api": _("another system"),
    "rest": _("another system"),
    "staff": _("entered by staff"),
    "import": _("a file"),
}


def said(words: dict, key: str) -> str:
    """The words for `key`; a key without any stands for itself, readable."""
    return str(words[key]) if key in words else key.replace("_", " ")
