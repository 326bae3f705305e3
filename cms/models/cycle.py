"""What sales signed of the buying cycle: the words as they were, frozen, and who stands by them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CycleVersion(models.Model):
    """All stages in their order as somebody signed them. Never changed: other words are another version."""

    number = models.PositiveIntegerField(unique=True)
    digest = models.CharField(max_length=64, unique=True)
    content = models.JSONField(help_text="The stages in order; the fields are those of `cms.cycle.SIGNED`.")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        verbose_name = _("version of the buying cycle")

    def __str__(self):
        return _("Version %(number)s") % {"number": self.number}


class CycleSignature(models.Model):
    """One person of sales who signed a version."""

    version = models.ForeignKey(CycleVersion, models.CASCADE, related_name="signatures")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["signed_at"]
        constraints = [models.UniqueConstraint(fields=["version", "user"], name="cycle_version_signed_once")]
