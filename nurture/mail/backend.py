"""Django's mail goes the way of all mail: settings.EMAIL_BACKEND is this."""

import uuid

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from nurture.mail import queue
from nurture.mail.models import Lane


class QueueBackend(BaseEmailBackend):
    """Makes a Delivery of each recipient of each message, in the caller's transaction: sent only if that commits.

    The header `X-Lane` (transactional, alert, marketing) says which queue; it is not sent.
    """

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        """The number of messages taken. Raises ValueError for an unknown lane, BadHeaderError for a forged header."""
        taken = 0
        for message in email_messages:
            if message.recipients():
                lane = message.extra_headers.get("X-Lane", Lane.TRANSACTIONAL)
                queue.enqueue_raw(message, lane, f"tx:{uuid.uuid4()}")
                taken += 1
        return taken
