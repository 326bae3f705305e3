"""What the health page asks of mail; nurture/health.py collects it."""

import os
import smtplib
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import clock
from cms.health import Check, Finding, Lag, Reach
from nurture.mail.models import Delivery, Lane
from nurture.mail.transport import SmtpTransport, Unreachable

LATE = timedelta(minutes=10)


def ask_transport() -> Finding:
    """Can mail leave? SMTP: connect and log in; a maildir: can it be written."""
    parts = urlsplit(settings.MAIL_TRANSPORT)
    if parts.scheme == "maildir":
        return _ask_maildir(Path(unquote(parts.path)))
    where = f"{parts.hostname}:{parts.port or 25}"
    transport = SmtpTransport(parts)
    try:
        transport.hello()
    except (Unreachable, smtplib.SMTPException, OSError) as error:
        return Finding(
            False,
            _("The mail server %(where)s does not answer: %(error)s") % {"where": where, "error": error},
            _("Check EMAIL_URL and that the server is up. Mail waits and is tried again for 72 hours."),
        )
    finally:
        transport.close()
    return Finding(True, _("The mail server %s answers.") % where)


def ask_queue() -> Finding:
    """Does mail that is due leave in time?"""
    late = Delivery.objects.filter(state=Delivery.State.PENDING, not_before__lt=clock.now() - LATE)
    if count := late.count():
        return Finding(
            False,
            _("%d mails have been due for more than ten minutes.") % count,
            _("Is a worker running? See “mail server” above and Nurture → Sent mail for the reasons."),
        )
    return Finding(True, _("No mail is overdue."))


def ask_troubles() -> Finding:
    """Are there mails that a person has to look at?"""
    troubles = (Delivery.State.DEAD, Delivery.State.UNKNOWN)
    counts = dict(Delivery.objects.filter(state__in=troubles).values_list("state").annotate(Count("pk")))
    if not counts:
        return Finding(True, _("No mail was given up or cut off."))
    words = ", ".join(f"{Delivery.State(state).label}: {count}" for state, count in sorted(counts.items()))
    return Finding(False, words, _("Open Nurture → Sent mail, filter by state, and retry or leave each one."))


def _ask_maildir(folder: Path) -> Finding:
    existing = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        return Finding(
            False,
            _("Mail cannot be written to the folder %s.") % folder,
            _("Make it writable for the worker, or set EMAIL_URL to another place."),
        )
    return Finding(True, _("Mail is kept in the folder %s and sent to nobody.") % folder)


CHECKS = [
    Check("mail server", ask_transport, Reach.OUTSIDE),
    Check("mail queue", ask_queue),
    Check("mail in trouble", ask_troubles),
]


def oldest_mail() -> datetime | None:
    """Since when the mail is due that waits longest, in any lane."""
    now = clock.now()
    due = Delivery.objects.filter(state=Delivery.State.PENDING, not_before__lte=now)
    found = [due.filter(lane=lane).order_by("not_before").values_list("not_before", flat=True).first() for lane in Lane]
    return min((one for one in found if one), default=None)


LAGS = [Lag(gettext_lazy("Mails"), oldest_mail, LATE)]
