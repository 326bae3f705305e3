"""Shares: a piece given to one contact by a personal link, copied into one's own mail or mailed from here."""

from collections.abc import Iterable
from datetime import datetime
from email.utils import formataddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from cms import clock
from cms.models import AssetPage, User
from cms.models.pages import Audience
from nurture.contacts import wording
from nurture.contacts.models import Contact, Engagement, Exposure
from nurture.mail import queue, render
from nurture.mail.models import Delivery, Lane
from nurture.sales.models import Share
from tracking import consent, links

TITLE_LENGTH = 255


class CannotShare(ValueError):
    """Why this piece cannot be given to this person, or not this way, in words for who tried."""


def share(asset: AssetPage, contact: Contact, user: User, way: str, *, ref: UUID, subject="", note="") -> Share:
    """Write the share, and queue its mail when `way` is MAILED, once for a `ref` however often it is asked.

    The piece counts as sent to the contact, so that nurture does not send it again. Raises CannotShare.
    """
    if problem := why_not(asset, contact, user, way):
        raise CannotShare(problem)
    with transaction.atomic():
        values = {"contact": contact, "asset": asset, "user": user, "way": way, "note": note}
        values |= {"asset_title": asset.title[:TITLE_LENGTH], "created_at": clock.now()}
        made, is_new = Share.objects.get_or_create(ref=ref, defaults=values)
        if (made.contact_id, made.asset_id, made.user_id) != (contact.pk, asset.pk, user.pk):
            raise CannotShare(_("This form was used for another share. Open it again."))
        if not is_new:
            return made
        exposure = Exposure(contact=contact, asset=asset, sent_at=made.created_at, by=f"share:{made.pk}")
        Exposure.objects.bulk_create([exposure], ignore_conflicts=True)
        if way == Share.Way.MAILED:
            queue.enqueue_raw(compose(made, asset, subject), lane=Lane.MARKETING, occasion=occasion(made))
        log(made, "nurture.piece_shared", user=user, data={"way": way, "contact": contact.pk})
    return made


def why_not(asset: AssetPage, contact: Contact, user: User, way: str = Share.Way.COPIED) -> str:
    """What stands against it, and how to mend that; "" when nothing does."""
    if asset.audience == Audience.SALES_ONLY:
        return _("This is an internal note: it is on no public page, so there is no link to give away.")
    if not asset.live:
        return _("This piece is not published. Share it once it is.")
    if way == Share.Way.COPIED:
        return ""
    if not user.email:
        return _("You have no mail address here, so nobody could answer you. Add one under Account, or copy the link.")
    hmac = consent.address_hmac(contact.email)
    recipient = (hmac, contact.subject)
    if queue.is_suppressed(queue.scopes_of([recipient])[recipient], Lane.MARKETING):
        return _("%s asked for no such mail, so none is sent from here. Speak with them instead.") % contact
    return ""


def url(made: Share) -> str:
    """The personal link. It tells who it was given to, so it is for them alone."""
    return links.tracked_url(queue.page_url(made.asset), made.ref, links=1) if made.asset else ""


def given(asset: AssetPage, user: User) -> list[Share]:
    """To whom this user gave it last, newest first, at most ten. One query."""
    return list(Share.objects.filter(asset=asset, user=user).select_related("contact")[:10])


def followed(made: Share) -> list[tuple[datetime, str]]:
    """What the contact did with the piece since, as (when, words), oldest first, at most twenty. One query."""
    asset = {"asset": made.asset_id} if made.asset_id else {"asset__isnull": True}
    after = Engagement.objects.filter(contact=made.contact_id, human=True, occurred_at__gte=made.created_at, **asset)
    return [(row.occurred_at, wording.did(row)) for row in after.order_by("occurred_at", "pk")[:20]]


def contacts_by_ref(refs: Iterable[UUID]) -> dict[UUID, int]:
    """{ref: contact id} for those of `refs` that are shares. One query."""
    return dict(Share.objects.filter(ref__in=set(refs)).values_list("ref", "contact_id"))


def occasion(made: Share) -> str:
    """What the mail of a share was sent for."""
    return f"share:{made.pk}"


def deliveries(rows: Iterable[Share]) -> dict[int, Delivery]:
    """{share id: its mail} for those that were mailed. One query."""
    wanted = {occasion(row): row.pk for row in rows if row.way == Share.Way.MAILED}
    found = Delivery.objects.filter(occasion__in=wanted).defer("raw", "values") if wanted else []
    return {wanted[delivery.occasion]: delivery for delivery in found}


def compose(made: Share, asset: AssetPage, subject: str) -> EmailMultiAlternatives:
    """From the person by way of the site's address; answers go to the person. With text and HTML part."""
    contact, user = made.contact, made.user
    hmac = consent.address_hmac(contact.email)
    context = {
        "asset": asset,
        "note": made.note,
        "url": url(made),
        "user": user,
        "site_name": settings.SITE_NAME,
        "address": settings.POSTAL_ADDRESS,
        "unsubscribe_url": links.unsubscribe_url(hmac, contact.subject),
    }
    message = EmailMultiAlternatives(
        " ".join(subject.split()) or asset.title,
        render_to_string("nurture/sales/share_mail.txt", context),
        formataddr((str(user), render.sender_address())),
        [contact.email],
        reply_to=[formataddr((str(user), user.email))],
    )
    html = render_to_string("nurture/sales/share_mail.html", context)
    message.attach_alternative(render.with_unseen(html, made.ref, contact, 1), "text/html")
    return message
