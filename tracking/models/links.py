from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Link(models.Model):
    """A tracked link that a person made for a channel. Its ref is in the signed token, which needs no look-up."""

    ref = models.UUIDField(unique=True)
    asset = models.ForeignKey("cms.AssetPage", models.SET_NULL, null=True, blank=True, related_name="links")
    destination = models.URLField(max_length=2000)
    label = models.CharField(max_length=120)
    utm = models.JSONField(default=dict)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("tracked link")

    def __str__(self):
        return self.label
