"""The part of the timeline that contacts know themselves: reading, facts, consent, browsers. Registered at start."""

from datetime import timedelta

from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q
from django.db.models.fields import DateTimeField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.models import Persona, Survey, Topic, User
from nurture.contacts import wording
from nurture.contacts.facts import INTEREST
from nurture.contacts.models import Account, Contact, Engagement, FieldChange, Identity
from nurture.contacts.timeline import Entry, source
from tracking import consent, wordings
from tracking.kinds import OFFLINE_KINDS
from tracking.models import ConsentEvent

# Steps of one visit: the later one tells it all, so the earlier ones within the hour are not shown.
FOLDED = {"link_followed": ("page_viewed", "asset_read", "asset_downloaded"), "page_viewed": ("asset_read",)}
ICONS = {
    "asset_read": "doc-full",
    "page_viewed": "view",
    "asset_downloaded": "download",
    "asset_rated": "pick",
    "link_followed": "link",
    "mail_opened": "mail",
    "site_searched": "search",
    "comment_posted": "comment",
    "event_attended": "calendar-alt",
    "meeting_held": "group",
    "call_made": "comment",
    "support_asked": "help",
    "social_engaged": "pick",
    "reply_received": "mail",
    "poll_answered": "help",
    "survey_answered": "form",
    "subscription_confirmed": "mail",
    "subscription_changed": "mail",
    "subscription_ended": "mail",
}
SOURCES = {
    "one_click": gettext_lazy("with the link in a mail"),
    "preference_page": gettext_lazy("on the preference page"),
    "import": gettext_lazy("told by an import"),
    "form": gettext_lazy("in a form"),
    "admin": gettext_lazy("entered by staff"),
    "api": gettext_lazy("told by another system"),
    "crm": gettext_lazy("told by the CRM"),
    "survey": gettext_lazy("told in a survey"),
    "signal": gettext_lazy("by their browser's signal (Global Privacy Control or Do Not Track)"),
    "subscription": gettext_lazy("by subscribing to new pieces"),
}

PURPOSES = {
    wordings.EMAIL: gettext_lazy("marketing mail"),
    wordings.OPEN_TRACKING: gettext_lazy("our seeing which mails they open"),
    wordings.CLICK_PROFILE: gettext_lazy("being recognised by the links of their mail"),
    wordings.SITE_PROFILE: gettext_lazy("being recognised on the site"),
}


@source("engagement")
def engagements(contact, window):
    """What they read and did. Robots' events are counted elsewhere, never shown."""
    rows = Engagement.objects.filter(contact=contact, human=True)
    for kind, later in FOLDED.items():
        rows = rows.exclude(Q(kind=kind) & Exists(_soon_after(later)))
    for row in window.of(rows, "occurred_at"):
        yield Entry(
            window.source,
            row.pk,
            row.occurred_at,
            wording.did(row),
            icon=ICONS.get(row.kind, "pick"),
            note=_note(row, contact),
            asset_id=row.asset_id,
        )


def _note(row, contact):
    """What a weak edge proves, or what staff wrote."""
    if row.by_claim:
        return wording.claim_remark(contact.email)
    if row.by_mail_link:
        return _("By the link mailed to %s: proves the mailbox, not the person.") % contact.email
    return str(row.properties.get("note", "")) if row.kind in OFFLINE_KINDS else ""


def _soon_after(kinds):
    hour = ExpressionWrapper(OuterRef("occurred_at") + timedelta(hours=1), output_field=DateTimeField())
    same = Engagement.objects.filter(contact=OuterRef("contact"), asset=OuterRef("asset"), kind__in=kinds, human=True)
    return same.filter(occurred_at__gte=OuterRef("occurred_at"), occurred_at__lte=hour)


@source("fact")
def facts(contact, window):
    """What we learned or corrected."""
    rows = list(window.of(FieldChange.objects.filter(subject=contact.subject), "at"))
    names, tellers = _names(rows), _people(rows) | _surveys(rows)
    for row in rows:
        text = wording.changed(row, Contact, names)
        yield Entry(window.source, row.pk, row.at, text, icon="edit", note=_told_by(row.source, tellers))


@source("consent")
def consents(contact, window):
    """What they allowed and forbade."""
    hmac = consent.address_hmac(contact.email)
    rows = ConsentEvent.objects.filter(Q(subject=contact.subject) | Q(address_hmac=hmac))
    for row in window.of(rows, "at"):
        gave, asked = row.action == ConsentEvent.Action.GIVEN, row.action == ConsentEvent.Action.ASKED
        purpose = PURPOSES.get(row.purpose, row.purpose.replace("_", " "))
        said = _("Agreed to %s") if gave else _("Has not agreed to %s yet") if asked else _("Withdrew consent to %s")
        note = capfirst(str(SOURCES.get(row.source, row.source)))
        yield Entry(
            window.source,
            row.pk,
            row.at,
            said % purpose,
            "circle-check" if gave else "circle-xmark",
            note,
            tone="" if gave or asked else "bad",
        )


@source("identity")
def identities(contact, window):
    """When a browser was recognised as theirs."""
    for row in window.of(Identity.objects.filter(contact=contact), "created_at"):
        text = _("Recognised in a browser: %s") % str(row.get_kind_display()).lower()
        note = _("Taken back since.") if row.revoked_at else row.evidence
        yield Entry(window.source, row.pk, row.created_at, text, "desktop", note)


@source("added")
def added(contact, window):
    """Where the stream begins."""
    for row in window.of(Contact.objects.filter(pk=contact.pk), "created_at"):
        yield Entry(window.source, row.pk, row.created_at, _("Added to the contacts"), icon="plus")


def _names(rows) -> dict[tuple[str, str], str]:
    """What the primary keys in these changes stand for: one query a kind of relation that occurs."""
    names = {}
    for name, model in (("account", Account), ("persona", Persona), (INTEREST, Topic)):
        keys = {value for row in rows if row.field == name for value in (row.old, row.new) if value.isdigit()}
        names |= {(name, str(one.pk)): str(one) for one in model.objects.filter(pk__in=keys)}
    return names


def _people(rows) -> dict[str, str]:
    """{source: who it was} of what staff entered. One query."""
    keys = _keys(rows, "admin")
    return {f"admin:{user.pk}": _("By %s") % user for user in User.objects.filter(pk__in=keys)} if keys else {}


def _surveys(rows) -> dict[str, str]:
    """{source: which survey it was} of what they told in one. One query."""
    keys = _keys(rows, "survey")
    found = Survey.objects.filter(pk__in=keys).values_list("pk", "title") if keys else []
    return {f"survey:{pk}": _("Told in the survey ‘%s’") % title for pk, title in found}


def _keys(rows, kind: str) -> set[str]:
    parts = [row.source.partition(":") for row in rows]
    return {key for found, _colon, key in parts if found == kind and key.isdigit()}


def _told_by(told: str, tellers: dict[str, str]) -> str:
    return tellers.get(told) or capfirst(str(SOURCES.get(told.partition(":")[0], told)))


def robots(contact: Contact) -> int:
    """How many of the contact's events were a machine's: mail scanners, prefetching, headless browsers."""
    return Engagement.objects.filter(contact=contact, human=False).order_by().count()


def stage_since(contact: Contact):
    """When the contact came to their present stage; None when they never moved."""
    moves = contact.stage_changes.filter(to_stage=F("contact__stage")).order_by("-at", "-pk")
    return moves.values_list("at", flat=True).first()
