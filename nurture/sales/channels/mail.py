"""The alert as a mail: plain to read on a phone, one each, in the lane that does not wait behind newsletters."""

from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cms.models import User
from nurture.mail.models import Lane
from nurture.mail.queue import enqueue_raw
from nurture.registry import register
from nurture.sales import alerts
from nurture.sales.models import Alert


@register("channel")
class Mail:
    """To each person's mail address. Whoever has none still finds the alert in the inbox."""

    key, label = "mail", _("Mail")

    @staticmethod
    def send(alert: Alert, people: Iterable[User]) -> int:
        """Queue one mail a person in the caller's transaction, once each. How many were queued now."""
        return sum(
            len(enqueue_raw(compose(alert, user), lane=Lane.ALERT, occasion=f"alert:{alert.pk}:{user.pk}"))
            for user in people
            if user.email
        )


def compose(alert: Alert, user: User) -> EmailMultiAlternatives:
    """The message, with text and HTML part."""
    context = {
        "alert": alert,
        "user": user,
        "contact": alert.contact,
        "account": alert.account,
        "headline": alerts.headline(alert),
        "remark": alerts.weak_edge_remark(alert),
        "inbox_url": f"{settings.BASE_URL}{reverse('nurture:alert', args=[alert.pk])}",
        "timeline_url": f"{settings.BASE_URL}{reverse('nurture:contact', args=[alert.contact_id])}",
        "site_name": settings.SITE_NAME,
    }
    message = EmailMultiAlternatives(
        " ".join(context["headline"].split()),
        render_to_string("nurture/sales/alert_mail.txt", context),
        settings.DEFAULT_FROM_EMAIL,
        [user.email],
    )
    message.attach_alternative(render_to_string("nurture/sales/alert_mail.html", context), "text/html")
    return message
