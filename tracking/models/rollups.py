"""Counts of the ledger by piece and day, so that a figure on a screen does not read every event."""

from django.db import models


class AssetDay(models.Model):
    """What happened to one piece on one day (UTC): counted again from the events whenever they change.

    `asset` 0 stands for what is about no piece. Outlives the piece, and its events once their month was given up.
    """

    asset = models.ForeignKey("cms.AssetPage", models.DO_NOTHING, db_constraint=False, db_index=False)
    day = models.DateField()
    events = models.PositiveBigIntegerField(default=0)
    people = models.PositiveBigIntegerField(default=0, help_text="Events judged a person's; what follows is of these.")
    robots = models.PositiveBigIntegerField(default=0)
    views = models.PositiveBigIntegerField(default=0)
    reads = models.PositiveBigIntegerField(default=0)
    downloads = models.PositiveBigIntegerField(default=0)
    ratings = models.PositiveBigIntegerField(default=0)
    readers = models.PositiveBigIntegerField(default=0, help_text="Distinct browsers with consent, on this day.")
    changed_at = models.DateTimeField(help_text="When a count last came out different.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "day"], name="asset_day_once")]
        indexes = [models.Index(fields=["day"], name="asset_day_by_day")]


class StaleDay(models.Model):
    """A day of a piece that has to be counted again. Written in the transaction that changed its events."""

    asset = models.ForeignKey("cms.AssetPage", models.DO_NOTHING, db_constraint=False, db_index=False)
    day = models.DateField()
    marks = models.PositiveBigIntegerField(default=1, help_text="How often it was marked; growing it locks the row.")
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "day"], name="stale_day_once")]
        indexes = [models.Index(fields=["due_at"], name="stale_day_due")]
