"""The one way in: whatever is to be mailed becomes a Delivery here, in the caller's transaction, at most once."""

from collections.abc import Callable, Iterable
from datetime import datetime
from email.utils import getaddresses, parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage

from cms import clock
from cms.models import AssetPage
from nurture.contacts.models import Contact, Exposure
from nurture.mail import bell, merge, messages
from nurture.mail.models import Delivery, EmailTemplate, Lane
from tracking import consent

State = Delivery.State
TURNED_ROBOT = "What set it off was judged a robot's."  # how a mail that may come back is told from others
Recipient = tuple[str, UUID | None]  # HMAC of the address, subject of the contact


def enqueue(
    contact: Contact,
    template: EmailTemplate,
    *,
    occasion: str,
    asset: AssetPage | None = None,
    lane: str = Lane.MARKETING,
    values: dict[str, str] | None = None,
    not_before: datetime | None = None,
) -> Delivery | None:
    """One mail from `template`'s live version to `contact`, about `asset`; None when the occasion already has one.

    The merge values are fixed now; `values` wins over what is known of contact and piece. A suppressed address gets
    a Delivery in state suppressed. Raises messages.NotPublished or merge.SourceError.
    """
    message = messages.message_of(template)
    fixed = {**values_for(contact, asset), **{name: merge.clean(text) for name, text in (values or {}).items()}}
    delivery = _delivery(contact.email, occasion, lane, not_before, contact.subject)
    delivery.contact, delivery.message, delivery.asset, delivery.values = contact, message, asset, fixed
    delivery.subject = merge.clean(merge.render(merge.parse(message.subject), fixed, escape=False))[:255]
    stored = _store([delivery])
    if not stored:
        return None
    if asset is not None and delivery.state == State.PENDING:
        exposure = Exposure(contact=contact, asset=asset, sent_at=delivery.created_at, by=occasion)
        Exposure.objects.bulk_create([exposure], ignore_conflicts=True)
    return stored[0]


def enqueue_raw(message: EmailMessage, lane: str = Lane.TRANSACTIONAL, occasion: str = "") -> list[Delivery]:
    """A mail that other code composed: one Delivery for each of its To, Cc and Bcc, with attachments as they are.

    `occasion` must be new for each mail (`alert:ID:PERSON`, `tx:UUID`); an address that it already has is left out.
    Bcc is never written into the message. Raises ValueError for a lane that there is none of.
    """
    raw = _raw(message)
    addresses = dict.fromkeys(address for _name, address in getaddresses(message.recipients()) if address)
    deliveries = []
    for address in addresses:
        delivery = _delivery(address, occasion, Lane(lane), None)
        delivery.raw, delivery.subject = raw, merge.clean(message.subject)[:255]
        deliveries.append(delivery)
    return _store(deliveries)


def enqueue_composed(
    contact: Contact, compose: Callable[[UUID], EmailMessage], occasion: str, assets: Iterable[AssetPage]
) -> Delivery | None:
    """A marketing mail about `assets` that other code composes, `compose(ref)`, with links of that ref; None when the
    occasion already has one. It is not composed for who is suppressed."""
    delivery = _delivery(contact.email, occasion, Lane.MARKETING, None, contact.subject)
    delivery.contact = contact
    if delivery.state == State.PENDING:
        message = compose(delivery.ref)
        delivery.raw, delivery.subject = _raw(message), merge.clean(message.subject)[:255]
    stored = _store([delivery])
    if stored and delivery.state == State.PENDING:
        shown = [Exposure(contact=contact, asset=one, sent_at=delivery.created_at, by=occasion) for one in assets]
        Exposure.objects.bulk_create(shown, ignore_conflicts=True)
    return stored[0] if stored else None


def cancel(occasions: Iterable[str]) -> set[str]:
    """A robot set these occasions off: what waits is not sent any more; the occasions of which that is true."""
    waiting = Delivery.objects.filter(occasion__in=list(occasions), state=State.PENDING)
    found = set(waiting.values_list("occasion", flat=True))
    waiting.update(state=State.CANCELLED, last_error=TURNED_ROBOT)
    Exposure.objects.filter(by__in=found).delete()
    return found


def restore(occasions: Iterable[str]) -> int:
    """It was a person after all: what `cancel` stopped is due again, unless it is suppressed by now; how many.

    What a person cancelled stays so.
    """
    stopped = Delivery.objects.filter(occasion__in=list(occasions), state=State.CANCELLED, last_error=TURNED_ROBOT)
    rows = list(stopped.select_related("contact").defer("raw", "values"))
    scopes = scopes_of((row.address_hmac, _subject_of(row)) for row in rows)
    free = [row for row in rows if not is_suppressed(scopes[row.address_hmac, _subject_of(row)], row.lane)]
    now = clock.now()
    back = stopped.filter(pk__in=[row.pk for row in free])
    restored = back.update(state=State.PENDING, last_error="", not_before=now)
    stopped.filter(pk__in=[row.pk for row in rows]).update(state=State.SUPPRESSED, last_error="")
    shown = [row for row in free if row.contact_id and row.asset_id]
    Exposure.objects.bulk_create(
        [Exposure(contact_id=row.contact_id, asset_id=row.asset_id, sent_at=now, by=row.occasion) for row in shown],
        ignore_conflicts=True,
    )
    bell.ring_at_commit()
    return restored


def _raw(message: EmailMessage) -> bytes:
    """Without the headers that are ours to write, and without who gets it unseen. A subject is one line, whatever was
    typed into the title that it names: else who titled a thing so would stop every mail about it."""
    message.subject = " ".join(str(message.subject).split())
    composed = message.message()
    for header in ("Message-ID", "Bcc", "X-Lane", "X-Auto-Response-Suppress"):
        del composed[header]
    return composed.as_bytes()


def _subject_of(row: Delivery) -> UUID | None:
    return row.contact.subject if row.contact else None


def values_for(contact: Contact, asset: AssetPage | None) -> dict[str, str]:
    """The merge values for this person and piece, as clean texts. The cover and the unsubscribe link come later."""
    account = contact.account
    values = {
        "contact.first_name": contact.first_name,
        "contact.last_name": contact.last_name,
        "contact.job_title": contact.job_title,
        "account.name": account.name if account else "",
        "sender.name": parseaddr(settings.DEFAULT_FROM_EMAIL)[0] or settings.SITE_NAME,
        "company.name": settings.SITE_NAME,
        "company.address": settings.POSTAL_ADDRESS,
    }
    if asset is not None:
        values |= {"piece.title": asset.title, "piece.summary": asset.summary, "piece.url": page_url(asset)}
    return {name: merge.clean(text) for name, text in values.items()}


def page_url(asset: AssetPage) -> str:
    """The piece's absolute address on this installation."""
    parts = asset.get_url_parts()
    return f"{settings.BASE_URL}{parts[2] if parts else '/'}"


def _delivery(
    address: str, occasion: str, lane: str, not_before: datetime | None, subject: UUID | None = None
) -> Delivery:
    now = clock.now()
    hmac = consent.address_hmac(address)
    held = is_suppressed(scopes_of([(hmac, subject)])[hmac, subject], lane)
    return Delivery(
        address=address,
        address_hmac=hmac,
        occasion=occasion,
        lane=lane,
        state=State.SUPPRESSED if held else State.PENDING,
        not_before=not_before or now,
        created_at=now,
    )


def scopes_of(recipients: Iterable[Recipient]) -> dict[Recipient, set[str]]:
    """{(address HMAC, subject): scopes of what stops mail}: by the address and by the person. Two queries."""
    recipients = list(recipients)
    by_address = consent.suppressed(hmac for hmac, _subject in recipients)
    subjects = {subject for _hmac, subject in recipients if subject}
    by_person = consent.refused(subjects) if subjects else {}
    return {
        (hmac, subject): by_address.get(hmac, set()) | by_person.get(subject, set()) for hmac, subject in recipients
    }


def is_suppressed(scopes: Iterable[str], lane: str) -> bool:
    """Does a suppression of these scopes stop mail in this lane? An unsubscribe stops marketing only."""
    return consent.Scope.GLOBAL in scopes or (consent.Scope.STREAM in scopes and lane == Lane.MARKETING)


def _store(deliveries: list[Delivery]) -> list[Delivery]:
    """Insert what is new for its occasion; the stored rows. Two statements, no error inside the transaction."""
    if not deliveries:
        return []
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    bell.ring_at_commit()
    return list(Delivery.objects.filter(ref__in=[delivery.ref for delivery in deliveries]).order_by("pk"))
