from django.db import models
from django.utils.translation import gettext_lazy as _


class Rating(models.Model):
    """One reader's "was this useful?" of one piece. Changeable by the same reader, counted once."""

    class Value(models.IntegerChoices):
        USEFUL = 1, _("Useful")
        NOT_USEFUL = -1, _("Not useful")

    asset = models.ForeignKey("cms.AssetPage", models.CASCADE, related_name="ratings")
    reader_key = models.CharField(max_length=64, help_text="HMAC of what tells this reader apart; never an address.")
    value = models.SmallIntegerField(choices=Value.choices)
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "reader_key"], name="one_rating_a_reader")]
        indexes = [models.Index(fields=["asset", "value"], name="rating_counts")]
