"""What the ledger no longer keeps event by event."""

from django.db import models


class ClosedMonth(models.Model):
    """A month whose events are given up: counted first (AssetDay), then closed to new ones, then dropped.

    Nothing more may be stored in it: a late duplicate of an event whose key is gone would count twice.
    """

    month = models.DateField(unique=True, help_text="Its first day.")
    closed_at = models.DateTimeField()
    dropping_at = models.DateTimeField(null=True, help_text="From now on its days are not counted again.")
    emptied_at = models.DateTimeField(null=True)
    events = models.PositiveBigIntegerField(default=0, help_text="How many were dropped.")
