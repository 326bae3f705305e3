"""The one clock. Everything that stores or compares a moment asks here, so that tests and replays can set it."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """This moment, aware, UTC."""
    return timezone.now()
