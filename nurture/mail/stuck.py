"""Mails that were given up, or cut off so that nobody knows whether they arrived."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.stuck import Kind, Line
from nurture.mail import fate
from nurture.mail.models import Delivery


def _tell(rows: Sequence[Delivery]) -> list[Line]:
    return [
        Line(
            _("“%(subject)s” to %(address)s") % {"subject": row.subject or _("(no subject)"), "address": row.address},
            f"{row.get_state_display()}. {row.last_error}",
            row.created_at,
            reverse("nurture:delivery", args=[row.pk]),
        )
        for row in rows
    ]


KINDS = [
    Kind(
        "mails",
        gettext_lazy("Mails"),
        gettext_lazy(
            "The mail is not sent any more. It stays on the list of sent mail as cancelled, with your reason."
        ),
        lambda: Delivery.objects.filter(state__in=(Delivery.State.DEAD, Delivery.State.UNKNOWN)).defer("raw", "values"),
        _tell,
        fate.retry,
        fate.give_up,
    )
]
