"""The one clock. Everything that stores or compares a moment asks here, so that tests and replays can set it."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, aware, UTC."""
    return datetime.now(UTC)  # as timezone.now(), which asks the settings each time
