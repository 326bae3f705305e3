"""The ledger itself and what keeps it exact: one key per event, counts of what was dropped, work not yet done."""

from django.db import models


class Verdict(models.TextChoices):
    HUMAN = "human"
    ROBOT = "robot"
    INTERNAL = "internal"


class Event(models.Model):
    """Something a reader did. Never edited except for its verdict, which is recomputed as evidence comes.

    No foreign key constraints: the table is made to be partitioned by month and to outlive what it points at.
    """

    uuid = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    source = models.CharField(max_length=12)
    visitor = models.ForeignKey("tracking.Visitor", models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    session = models.ForeignKey("tracking.Session", models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    asset = models.ForeignKey("cms.AssetPage", models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    campaign = models.ForeignKey("cms.Campaign", models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    link_ref = models.UUIDField(null=True, help_text="The personal link that brought the reader: a delivery, a share.")
    url = models.CharField(max_length=2000, blank=True)
    referrer = models.CharField(max_length=2000, blank=True)
    utm = models.JSONField(default=dict)
    device = models.CharField(max_length=12, blank=True)
    verdict = models.CharField(max_length=8, choices=Verdict.choices, default=Verdict.HUMAN)
    reasons = models.JSONField(default=list, help_text="Why the verdict: a closed list of words.")
    properties = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(
                fields=["visitor", "occurred_at"], name="event_by_visitor", condition=models.Q(visitor__isnull=False)
            ),
            models.Index(
                fields=["asset", "occurred_at"], name="event_by_asset", condition=models.Q(asset__isnull=False)
            ),
            # The other half of the one above: a day's events are counted by index, whatever they are about.
            models.Index(fields=["occurred_at"], name="event_of_no_asset", condition=models.Q(asset__isnull=True)),
            models.Index(fields=["occurred_at"], name="event_of_search", condition=models.Q(kind="site_searched")),
            # Few events have one: only who comes by an address that names a campaign.
            models.Index(
                fields=["campaign", "occurred_at"],
                name="event_by_campaign",
                condition=models.Q(campaign__isnull=False),
            ),
            models.Index(fields=["link_ref"], name="event_by_link", condition=models.Q(link_ref__isnull=False)),
        ]


class EventKey(models.Model):
    """The one unique home of an event's uuid; Event itself cannot hold a unique index once it is partitioned."""

    uuid = models.UUIDField(primary_key=True)
    occurred_at = models.DateTimeField()


class DropCount(models.Model):
    """How many drafts were dropped for a reason in an hour. acknowledged = stored + dropped + inbox + spool."""

    reason = models.CharField(max_length=24)
    hour = models.DateTimeField()
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reason", "hour"], name="drop_count_once")]


class Pending(models.Model):
    """An event that a consumer has still to react to. The consumer deletes it in the transaction of its reaction."""

    consumer = models.CharField(max_length=24)
    event_uuid = models.UUIDField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    dead_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consumer", "event_uuid"], name="pending_once")]
        indexes = [
            models.Index(fields=["consumer", "id"], name="pending_work", condition=models.Q(dead_at__isnull=True)),
            models.Index(fields=["id"], name="pending_dead", condition=models.Q(dead_at__isnull=False)),
        ]
