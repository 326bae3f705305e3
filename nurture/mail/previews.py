"""A template's latest version seen before it is sent: as a contact would get it, or as a test to oneself."""

import uuid

from django.db import transaction

from cms import clock, library
from cms.models import Survey, User
from nurture.contacts.models import Contact
from nurture.mail import asking, queue, render
from nurture.mail.actions import next_piece
from nurture.mail.messages import draft_of
from nurture.mail.models import Delivery, EmailTemplate, Lane, Message
from tracking import consent


def sample(
    template: EmailTemplate, contact: Contact | None, address: str, values: dict[str, str] | None = None
) -> Delivery:
    """An unsaved delivery of the latest version: `contact`'s values and next piece, links that are nobody's.

    `values` are merged over what is known; without them a mail that speaks of a survey shows the newest one. Raises
    SourceError when the latest version cannot be compiled.
    """
    message = draft_of(template)
    person = contact or Contact(first_name="Ada", last_name="Example", email=address)
    asset = (next_piece(contact) if contact else None) or library.published().select_related("cover").first()
    return Delivery(
        message=message,
        asset=asset,
        values=queue.values_for(person, asset) | (values or _survey(message)),
        address=address,
        address_hmac=consent.address_hmac(address),
        lane=Lane.MARKETING,
        created_at=clock.now(),
    )


def _survey(message: Message) -> dict[str, str]:
    newest = Survey.objects.first() if asking.asks(message, "survey.") else None
    return asking.survey_values(newest) if newest else {}


def send_test(
    template: EmailTemplate, user: User, contact: Contact | None, values: dict[str, str] | None = None
) -> Delivery:
    """Queue the latest version to the user, as `contact` would see it. Raises SourceError or RenderError."""
    delivery = sample(template, contact, user.email, values)
    delivery.message.subject = f"[Test] {delivery.message.subject}"
    delivery.raw = render.compose(delivery)
    delivery.subject = render.parts_of_raw(delivery.raw).subject[:255]
    delivery.message = None
    delivery.asset = None
    delivery.values = {}
    delivery.lane = Lane.TRANSACTIONAL
    delivery.occasion = f"test:{uuid.uuid4()}"
    delivery.not_before = delivery.created_at
    with transaction.atomic():
        delivery.save()
    return delivery
