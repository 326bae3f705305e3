"""The mail of a subscription: what is new about its topics, the best for this reader first, as often as they chose."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from mjml import mjml2html

from cms import clock, library
from cms.models import AssetPage
from nurture.contacts import card
from nurture.mail import queue, render
from nurture.mail.models import Lane
from nurture.subscriptions import asking, letters
from nurture.subscriptions.models import Subscription
from tracking import consent, links

MOST_PIECES = 5
A_TURN = 20


def send_due() -> int:
    """One bounded turn: queue the mails that are due; how many subscriptions were looked at.

    Each is moved on in the transaction that queues its mail: a turn that is killed, or two at once, mails nobody twice.
    """
    now = clock.now()
    due = Subscription.objects.filter(state=asking.State.LIVE, due_at__lte=now).order_by("due_at", "pk")
    rows = list(due.select_related("contact__account")[:A_TURN])
    for row in rows:
        with transaction.atomic():
            _send(row, now)
    return len(rows)


def _send(subscription: Subscription, now) -> None:
    mine = Subscription.objects.filter(pk=subscription.pk, state=asking.State.LIVE, due_at=subscription.due_at)
    if not mine.update(due_at=now + asking.EVERY[subscription.cadence]):
        return
    contact = subscription.contact
    recipient = (consent.address_hmac(contact.email), contact.subject)
    if queue.is_suppressed(queue.scopes_of([recipient])[recipient], Lane.MARKETING):
        mine.model.objects.filter(pk=subscription.pk).update(state=asking.State.ENDED, ended_at=now, due_at=None)
        return
    pieces = new_pieces(subscription)
    # Nothing new: it is looked at again after the next span, from where this one began.
    if pieces:
        number = subscription.sent + 1
        occasion = f"subscription:{subscription.pk}:{number}"
        queue.enqueue_composed(contact, lambda ref: compose(subscription, pieces, ref), occasion, pieces)
        Subscription.objects.filter(pk=subscription.pk).update(since=now, sent=number)


def new_pieces(subscription: Subscription) -> list[AssetPage]:
    """What was published since the last mail about its topics, unread and not sent otherwise, the best fit first."""
    wanted = card.wants(subscription.contact)
    topics = [topic.pk for topic in subscription.topics.all()]
    found = library.published().filter(first_published_at__gt=subscription.since)
    found = found.exclude(pk__in=wanted["read_ids"])
    if topics:
        found = found.filter(Q(pk__in=library.about(topics)))
    scored = library.scored_for(found, **wanted | {"topic_ids": topics or wanted["topic_ids"]})
    return list(library.cards(scored).order_by("-fit", *library.NEWEST_FIRST)[:MOST_PIECES])


def compose(subscription: Subscription, pieces: list[AssetPage], ref) -> EmailMultiAlternatives:
    """The complete mail. Each piece's link is the recipient's own; the way to change it is not tracked. As in all
    marketing mail, a link that only robots follow stands in it, for who agreed a picture that tells an opening."""
    contact = subscription.contact
    hmac = consent.address_hmac(contact.email)
    now = clock.now()

    def tracked(piece):
        return links.tracked_url(queue.page_url(piece), ref, links=len(pieces), sent_at=now)

    context = {
        "pieces": [(piece, tracked(piece)) for piece in pieces],
        "name": contact.first_name,
        "manage_url": letters.url(subscription),
        "unsubscribe_url": links.unsubscribe_url(hmac, contact.subject),
        "site_name": settings.SITE_NAME,
        "base_url": settings.BASE_URL,
        "address": settings.POSTAL_ADDRESS,
        "cadence": subscription.get_cadence_display(),
    }
    more = len(pieces) - 1
    subject = pieces[0].title
    if more:
        subject += " " + ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}
    text = render_to_string("nurture/subscriptions/digest.txt", context)
    message = EmailMultiAlternatives(" ".join(subject.split()) or _("New pieces"), text, to=[contact.email])
    html = mjml2html(render_to_string("nurture/subscriptions/digest.mjml", context), fonts={})
    message.attach_alternative(render.with_unseen(html, ref, contact, len(pieces)), "text/html")
    return message
