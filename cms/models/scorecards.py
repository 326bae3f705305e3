"""How each piece does with its readers: counted in the background, so that a list of pieces counts nothing itself.

Not on the page: an older revision of it would overwrite them.
"""

from django.db import models


class Scorecard(models.Model):
    """What is known of one piece over the last `days` days, counted as a whole each time (`cms/scorecards.py`)."""

    asset = models.ForeignKey("cms.AssetPage", models.CASCADE, db_constraint=False, related_name="scorecards")
    days = models.PositiveSmallIntegerField()
    readers = models.PositiveIntegerField(default=0, help_text="Known people and unknown browsers that took it in.")
    known = models.PositiveIntegerField(default=0, help_text="Those of them who are contacts.")
    placed = models.PositiveIntegerField(default=0, help_text="Contacts whose stage and persona were known then.")
    relevant = models.PositiveIntegerField(default=0, help_text="Those of them for whom it was made.")
    relevance = models.PositiveSmallIntegerField(null=True, help_text="Percent; empty: too few readers.")
    became_known = models.PositiveIntegerField(default=0, help_text="Unknown browsers that became a contact's after.")
    moves = models.PositiveIntegerField(default=0, help_text="Moves forward of contacts after they took it in.")
    sent = models.PositiveIntegerField(default=0, help_text="Contacts it was sent to, by mail or by a salesperson.")
    downloads = models.PositiveIntegerField(default=0, help_text="What people did, each time: files taken along.")
    ratings = models.PositiveIntegerField(default=0)
    comments = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0, help_text="Of polls under it.")
    shares = models.PositiveIntegerField(default=0, help_text="Passed on by readers, by mail or by its address.")
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "days"], name="scorecard_once")]
        indexes = [
            models.Index(fields=["days", "-readers", "-id"], name="scorecard_most_read"),
            models.Index(fields=["days", "counted_at"], name="scorecard_oldest"),
        ]

    def __str__(self):
        return f"{self.asset_id}, {self.days} days"


class StaleScorecard(models.Model):
    """A piece that is to be counted again. Written in the transaction that changed what its readers did.

    A number and no relation: the ledger outlives pieces.
    """

    asset_id = models.BigIntegerField(unique=True)
    marks = models.PositiveBigIntegerField(default=1, help_text="How often it was marked; growing it locks the row.")
    marked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["marked_at"], name="stale_scorecard_oldest")]

    def __str__(self):
        return str(self.asset_id)
