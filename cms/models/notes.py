"""What colleagues tell each other about a piece. Rows and not a field of the page: no draft can overwrite them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PieceNote(models.Model):
    """One remark for whoever uses the piece: what may be re-used, what to mind. Readers never see it."""

    asset = models.ForeignKey("cms.AssetPage", models.CASCADE, related_name="colleague_notes", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("note for colleagues")
        verbose_name_plural = _("notes for colleagues")
        indexes = [models.Index(fields=["asset", "-id"], name="piece_notes")]

    def __str__(self):
        return self.text[:80]
