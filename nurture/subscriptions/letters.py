"""The mails around a subscription: confirm it, and "you have one already". Transactional, and nothing is tracked."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from nurture.subscriptions.models import Subscription


def url(subscription: Subscription) -> str:
    """Where it is confirmed, changed and ended."""
    return settings.BASE_URL + reverse("subscription", args=[subscription.key])


def ask_to_confirm(subscription: Subscription) -> None:
    """To the address that was given. Its link shows a page with a button: mail scanners follow links."""
    _send(subscription, subscription.email, _("Confirm that you want our pieces by mail"), "confirm")


def say_known(subscription: Subscription, email: str) -> None:
    """Somebody, perhaps they themselves, gave the address of who is subscribed already."""
    _send(subscription, email, _("You are subscribed already"), "known")


def _send(subscription: Subscription, to: str, subject: str, template: str) -> None:
    context = {"subscription": subscription, "link": url(subscription), "site_name": settings.SITE_NAME}
    context["topics"] = ", ".join(subscription.topics.values_list("name", flat=True))
    text = render_to_string(f"nurture/subscriptions/{template}.txt", context)
    EmailMessage(subject, text, to=[to], headers={"X-Lane": "transactional"}).send()
