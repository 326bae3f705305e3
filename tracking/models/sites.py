"""Other sites of ours whose pages carry the snippet."""

import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def new_key() -> str:
    """Public, like the page it stands in: it names the site, its origins bind it."""
    return secrets.token_urlsafe(12)


class TrackedSite(models.Model):
    """A site outside this installation that sends its readers' events here, under a key bound to its origins."""

    class Consent(models.TextChoices):
        NONE = "none", _("Nobody was asked: browsers are not told apart")
        GIVEN = "given", _("The site asks before it loads the snippet: browsers are told apart")

    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    name = models.CharField(max_length=120)
    origins = models.JSONField(default=list, help_text="https://www.example.com: scheme, host and port.")
    consent = models.CharField(max_length=8, choices=Consent.choices, default=Consent.NONE)
    is_open = models.BooleanField(default=True)
    heard = models.JSONField(default=dict, editable=False, help_text="The last event: at, kind, url, verdict.")
    refused = models.JSONField(default=dict, editable=False, help_text="The last refusal: at, reason, origin.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False)
    created_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("other site")
        verbose_name_plural = _("other sites")

    def __str__(self):
        return self.name
