"""The inbox: what was received and acknowledged, not yet understood."""

from django.db import models


class Received(models.Model):
    """One received request, validated in shape only. `facts` are what the server saw: user agent, truncated address,
    headers that matter for the robot verdict, HTTP method.
    """

    uuid = models.UUIDField()
    kind = models.CharField(max_length=40)
    source = models.CharField(max_length=12, help_text="script, pixel, link, api, server")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)

    class Meta:
        abstract = True


class Draft(Received):
    """What the collector wrote. Append-only; no unique index, no foreign key (speed). On SQLite a file of its own."""


class HeldDraft(Received):
    """A draft that waits in the main database, each under its own lease: it was kept in the spool, or whoever took it
    over died or failed. Three attempts, then it is dead and waits for a person. See cms/claims.py.
    """

    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    dead_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="held_draft_work", condition=models.Q(dead_at__isnull=True)),
            models.Index(fields=["id"], name="held_draft_dead", condition=models.Q(dead_at__isnull=False)),
        ]


class Taking(models.Model):
    """Drafts of the inbox that a worker is taking over, by their ids: written before it looks at them, deleted in the
    transaction that stores them. One that outlives its worker tells which drafts it may have died of.
    """

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    owner = models.CharField(max_length=300, help_text="host:pid")
    lease_until = models.DateTimeField()


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
