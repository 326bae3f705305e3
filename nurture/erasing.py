"""Forgetting a person, and handing out all that is known of one.

What counts stays (stages, readings, mails and alerts as such), what says who it was goes. The consent log and the
suppression list are kept, under the HMAC of the address: they prove what was asked for, and keep it so.
"""

import uuid
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from cms import clock, outside
from cms.feedback import erasing as feedback
from cms.gates import submissions
from cms.gates.models import GateSubmission
from cms.surveys import forgetting as surveys
from nurture.contacts import proposals
from nurture.contacts.models import Contact, Engagement, FieldChange, Identity
from nurture.mail.models import Delivery, DeliveryAttempt
from nurture.rules.models import ActionRun
from nurture.sales.models import Alert, AlertOutcome, Share
from nurture.subscriptions.models import Subscription
from tracking import consent, erasing, queries
from tracking.models import ConsentEvent, Suppression

DOMAIN = "erased.invalid"
CLEARED = ("first_name", "last_name", "job_title", "contact_class", "phone", "street", "postal_code", "city", "region")


def erase(contact: Contact, user) -> None:
    """Forget this person, everywhere, for good; the audit log says who asked and when, not whom.

    First what is long, in transactions of its own; then all that tells whose it is, at once. Interrupted it has
    forgotten nothing that it needs, and is simply asked for again.
    """
    edges = Identity.objects.filter(contact=contact, revoked_at=None)  # a browser taken back is somebody else's
    browsers = dict(edges.values_list("visitor_id", "visitor__key"))
    told = list(Engagement.objects.filter(contact=contact).values_list("event_uuid", flat=True))
    begun = clock.now()
    erasing.drop_held([contact.subject, *browsers.values()], contact.email)
    erasing.scrub(browsers, told)
    with transaction.atomic():
        held = Contact.objects.select_for_update().get(pk=contact.pk)
        erasing.rename(browsers, begun)
        hmac = consent.address_hmac(held.email)
        consent.suppress(hmac, consent.Reason.OBJECTION, source="erasure", subject=held.subject)
        forget_mails(Delivery.objects.filter(Q(contact=held) | Q(address_hmac=hmac)))
        _forget_decisions(held)
        _forget_words(held, browsers.values(), user)
        _forget_ties(held, browsers.values())
        _clear(held)
        held_type = ContentType.objects.get_for_model(Contact)
        ModelLogEntry.objects.filter(content_type=held_type, object_id=str(held.pk)).update(label=str(held), data={})
        log(instance=held, action="nurture.contact_erased", user=user)


def _clear(contact: Contact) -> None:
    """A row that history can point at, and that says nothing. A new subject: nothing leads from it to the log."""
    for name in (*CLEARED, "country", "time_zone"):
        setattr(contact, name, "")
    contact.subject, contact.account, contact.erased_at = uuid.uuid4(), None, clock.now()
    contact.email = f"{contact.subject.hex}@{DOMAIN}"
    contact.save()


def forget_mails(mails: QuerySet[Delivery]) -> None:
    """What waits is not sent; of the others it stays that and when they were. In the caller's transaction."""
    waiting = mails.filter(state__in=(Delivery.State.PENDING, Delivery.State.CLAIMED))
    waiting.update(state=Delivery.State.CANCELLED)
    erasing.erase_links(list(mails.values_list("ref", flat=True)))
    DeliveryAttempt.objects.filter(delivery__in=mails).update(text="")
    emptied = {"subject": "", "values": {}, "raw": None, "last_error": "", "rfc_message_id": ""}
    mails.update(contact=None, address=f"nobody@{DOMAIN}", **emptied)


def _forget_decisions(contact: Contact) -> None:
    """That a stage moved, a rule fired, sales was alerted stays; what people wrote about it goes."""
    contact.stage_changes.exclude(user=None).update(reason="")
    runs = ActionRun.objects.filter(contact=contact)
    runs.filter(state__in=("pending", "claimed")).update(state="skipped", finished_at=clock.now(), lease_until=None)
    runs.update(outcome="", params={})
    Alert.objects.filter(contact=contact).update(reason="", opener="")
    AlertOutcome.objects.filter(alert__contact=contact).update(reason="")
    for share in Share.objects.filter(contact=contact):
        share.note, share.ref = "", uuid.uuid4()  # its link, wherever it lies, is nobody's from now on
        share.save(update_fields=["note", "ref"])


def _forget_words(contact: Contact, browsers: Iterable[UUID], user) -> None:
    """What they told us, on the site, in the newsroom and elsewhere, and what was written down of it."""
    feedback.erase_comments(_comments(contact), browsers, contact.email)
    feedback.erase_notes(contact.subject, browsers, contact.email)
    surveys.erase(contact.subject, browsers)
    submissions.scrub(_forms(contact))
    outside.forget(outside.of_address(contact.email), user)
    _subscriptions(contact).delete()
    FieldChange.objects.filter(subject=contact.subject).delete()
    for engagement in Engagement.objects.filter(contact=contact).exclude(properties={}):
        engagement.properties = erasing.measures(engagement.properties)
        engagement.save(update_fields=["properties"])


def _forget_ties(contact: Contact, browsers: Iterable[UUID]) -> None:
    """Which browsers were theirs, and what others said of that."""
    proposals.of_contact(contact, browsers).delete()
    Identity.every.filter(contact=contact).delete()


def _comments(contact: Contact) -> list[int]:
    """The comments that the ledger knows to be theirs."""
    posted = Engagement.objects.filter(contact=contact, kind="comment_posted").values_list("properties", flat=True)
    return [number for said in posted if isinstance(number := said.get("comment"), int)]


def _forms(contact: Contact):
    """What they sent through gates, or somebody with their address."""
    return GateSubmission.objects.filter(Q(subject=contact.subject) | Q(email=contact.email))


def _subscriptions(contact: Contact):
    """What they asked to be sent, or somebody with their address did."""
    return Subscription.objects.filter(Q(contact=contact) | Q(email=contact.email))


def export(contact: Contact) -> dict[str, Any]:
    """All that is kept about a person, as JSON can carry it, oldest first: for them to have."""
    hmac = consent.address_hmac(contact.email)
    edges = list(Identity.objects.filter(contact=contact).select_related("visitor").order_by("pk"))
    return {
        "exported_at": clock.now(),
        "contact": _fields(contact, "subject", "email", *CLEARED, "country", "time_zone", "created_at")
        | {name: str(getattr(contact, name) or "") for name in ("account", "stage", "persona")},
        "changes": _rows(FieldChange.objects.filter(subject=contact.subject).order_by("pk"), "field old new at source"),
        "consent": _rows(
            ConsentEvent.objects.filter(Q(subject=contact.subject) | Q(address_hmac=hmac)).order_by("pk"),
            "purpose action source wording proof at",
        ),
        "suppression": _rows(Suppression.objects.filter(address_hmac=hmac).order_by("pk"), "scope reason created_at"),
        "browsers": [_fields(edge, "kind", "evidence", "created_at", "revoked_at") | _seen(edge) for edge in edges],
        "events": _events(contact, edges),
        "stages": _rows(contact.stage_changes.order_by("pk"), "from_stage__name to_stage__name at reason"),
        "mails": _rows(
            Delivery.objects.filter(Q(contact=contact) | Q(address_hmac=hmac)).order_by("pk"),
            "address subject lane state created_at sent_at values asset__title",
        ),
        "alerts": _rows(
            Alert.objects.filter(contact=contact).order_by("pk"),
            "created_at asset_title reason opener outcomes__outcome outcomes__reason outcomes__at",
        ),
        "shared": _rows(Share.objects.filter(contact=contact).order_by("pk"), "asset_title way note created_at"),
        "elsewhere": outside.export(outside.of_address(contact.email)),
        **_said(contact, edges),
        **_claimed(contact, edges),
    }


def _claimed(contact: Contact, edges: list[Identity]) -> dict[str, Any]:
    """What others said: that some reader was this person. Nothing of those browsers, which may be anybody's."""
    claims = Identity.every.filter(contact=contact).exclude(visit_id=None).order_by("pk")
    browsers = [edge.visitor.key for edge in edges if edge.revoked_at is None]
    proposed = proposals.of_contact(contact, browsers).order_by("pk")
    return {
        "claimed_by_pages": _rows(claims, "kind evidence created_at revoked_at"),
        "proposed_merges": _rows(proposed, "user previous said_at state decided_at"),
    }


def _said(contact: Contact, edges: list[Identity]) -> dict[str, Any]:
    """What they told us in their own words: under pieces, with ratings, in surveys, through gates."""
    browsers = [edge.visitor.key for edge in edges if edge.revoked_at is None]
    return {
        "comments": _rows(
            feedback.comments(_comments(contact), browsers, contact.email), "name text state posted_at answer"
        ),
        "notes_with_ratings": _rows(
            feedback.notes(contact.subject, browsers, contact.email),
            "rating__asset__title rating__value rating__stars reasons text email noted_at",
        ),
        "surveys": surveys.given(contact.subject, browsers),
        "subscriptions": _rows(
            _subscriptions(contact).order_by("pk"), "state cadence topics__name asked_at confirmed_at ended_at"
        ),
        "forms": _rows(_forms(contact).order_by("pk"), "asset_title email answers consents posted_at proven_at"),
    }


def _rows(queryset, names: str) -> list[dict[str, Any]]:
    return list(queryset.values(*names.split()))


def _fields(row, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _seen(edge: Identity) -> dict[str, Any]:
    """Of their browser. One that was taken back is somebody else's: nothing of it."""
    if edge.revoked_at:
        return {}
    return {
        "key": edge.visitor.key,
        "first_seen_at": edge.visitor.first_seen_at,
        "last_seen_at": edge.visitor.last_seen_at,
    }


def _events(contact: Contact, edges: list[Identity]) -> list[dict[str, Any]]:
    """Of browsers that are still theirs, and those theirs by a link or because somebody told us. Oldest first."""
    uuids = Engagement.objects.filter(contact=contact).values_list("event_uuid", flat=True)
    visitors = {edge.visitor_id for edge in edges if edge.revoked_at is None}
    events = {event.uuid: event for event in queries.history(visitors)}
    events |= {event.uuid: event for event in queries.events(uuids)}
    return [_event(event) for event in sorted(events.values(), key=lambda event: event.occurred_at)]


def _event(event) -> dict[str, Any]:
    names = ("uuid", "kind", "occurred_at", "received_at", "source", "url", "referrer", "utm", "device", "verdict")
    return _fields(event, *names, "reasons", "properties", "asset_id")
