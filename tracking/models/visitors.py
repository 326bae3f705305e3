"""A browser that gave consent, and its visits."""

from django.db import models


class Visitor(models.Model):
    """A browser, told apart by a random key that it made itself. Who it belongs to is an edge in nurture."""

    key = models.UUIDField(unique=True)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["last_seen_at"], name="visitor_by_last_seen")]


class Session(models.Model):
    """Events of one visitor with less than 30 minutes between them."""

    visitor = models.ForeignKey(Visitor, models.CASCADE, related_name="sessions", db_index=False)
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["visitor", "last_at"], name="session_by_visitor")]
