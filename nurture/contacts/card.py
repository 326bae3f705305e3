"""What a person's page says at its head: may they be mailed, what should be shared with them next."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from cms import library
from cms.models import AssetPage
from nurture.contacts import people
from nurture.contacts.models import Contact
from tracking import consent, wordings
from tracking.models import Suppression

RECENT = 20  # readings that say what somebody is interested in
Reason = Suppression.Reason


@dataclass(frozen=True)
class Mailing:
    """May they be mailed: which tone to show it in, and in words."""

    tone: str
    words: str


@dataclass(frozen=True)
class Piece:
    """What to share next, with its address on the public site; `again` when they have read everything that fits."""

    page: AssetPage
    url: str
    again: bool


def mailing(contact: Contact) -> Mailing:
    """By the suppression list, and by what they said under an address they had before. Two queries."""
    rows = Suppression.objects.filter(address_hmac=consent.address_hmac(contact.email)).order_by("created_at")
    reasons = {row.reason: row.created_at for row in rows}
    words = {
        Reason.OBJECTION: _("Objected on %s: no mail of any kind."),
        Reason.COMPLAINT: _("Complained of our mail as spam on %s: no mail of any kind."),
        Reason.HARD_BOUNCE: _("The address does not exist (bounced on %s): no mail of any kind."),
        Reason.UNSUBSCRIBED: _("Unsubscribed on %s: no marketing mail."),
        Reason.MANUAL: _("Taken off by hand on %s: no marketing mail."),
    }
    for reason, text in words.items():
        if reason in reasons:
            return Mailing("bad", text % f"{reasons[reason]:%-d %b %Y}")
    if consent.refused([contact.subject]):
        return Mailing("bad", _("Unsubscribed under another address: no marketing mail to this one either."))
    return Mailing("good", _("May be mailed: not on the suppression list."))


def objects(contact: Contact) -> bool:
    """Do they object to being recognised by the links of their mail? One query."""
    return consent.answers([contact.subject], wordings.CLICK_PROFILE).get(contact.subject) is False


def wants(contact: Contact) -> dict:
    """What `library.next_read` and `scored_for` ask of a reader; what was sent counts as read. Three queries."""
    read = people.read_assets(contact)
    lately = people.reading().filter(contact=contact).values_list("topics", flat=True)[:RECENT]
    return {
        "stage_id": contact.stage_id,
        "persona_id": contact.persona_id,
        "topic_ids": list(dict.fromkeys(topic for topics in lately for topic in topics)),
        "read_ids": read | set(contact.exposures.values_list("asset_id", flat=True)),
    }


def next_piece(contact: Contact) -> Piece | None:
    """The best piece they have neither read nor been sent, by stage, persona and what they read lately."""
    asked = wants(contact)
    found, seen = library.next_read(**asked, limit=1), asked["read_ids"]
    if not found:
        return None
    parts = found[0].get_url_parts()
    return Piece(found[0], f"{settings.BASE_URL}{parts[2]}" if parts else "", found[0].pk in seen)
