"""What sales and marketing say of the stage that a piece was given."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StageStatement(models.Model):
    """One sentence of the thread about a piece and its stage. Rows are only added: the newest verdict counts.

    It is about the stage that the piece had when it was said, so a piece that moves to another is open again.
    """

    class Kind(models.TextChoices):
        AGREED = "agreed", _("Agreed")
        DISPUTED = "disputed", _("Disputed")
        REMARK = "remark", _("Remark")

    asset = models.ForeignKey("cms.AssetPage", models.CASCADE, related_name="stage_statements")
    stage = models.ForeignKey("cms.BuyingStage", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True)
    suggested_stage = models.ForeignKey("cms.BuyingStage", models.SET_NULL, null=True, blank=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["asset", "stage", "-id"], name="newest_stage_verdict")]
