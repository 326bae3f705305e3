"""Verdicts that are not final yet."""

from django.db import models


class Hearing(models.Model):
    """An event that came by a mail's link: its verdict is looked at again at `due_at`, with what has shown since.

    Written with the event, deleted with the verdict (tracking/hearings.py).
    """

    event_uuid = models.UUIDField(unique=True)
    link_ref = models.UUIDField(db_index=True)
    occurred_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
