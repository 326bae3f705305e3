"""The inbox: what was received and acknowledged, not yet understood."""

from django.db import models


class Draft(models.Model):
    """One received request, validated in shape only. Append-only; no unique index, no foreign key (speed).

    On SQLite this table is in a file of its own. `facts` are what the server saw: user agent, truncated address,
    headers that matter for the robot verdict, HTTP method.
    """

    uuid = models.UUIDField()
    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=12, help_text="script, pixel, link, api, server")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)


class DraftMark(models.Model):
    """How far the inbox file has been taken over. Written with the events themselves, in the main database.

    SQLite cannot commit to two files at once in WAL mode, so the drafts are deleted after this mark is committed:
    a crash between the two deletes them on the next run instead of storing them twice.
    """

    high_id = models.BigIntegerField(default=0)
    taken = models.PositiveBigIntegerField(
        default=0, help_text="All drafts ever taken over, from inbox, spool and site: each was stored or dropped."
    )


class SpoolMark(models.Model):
    """A spool file whose drafts are stored; written with them, removed once the file is. See DraftMark."""

    name = models.CharField(max_length=80, unique=True)
