"""Keys under which servers and other people's programs send events."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class WriteKey(models.Model):
    """What is known of a write key: never the key itself, which is shown once, when it is made."""

    class Scope(models.TextChoices):
        BROWSER = "browser", _("Browser: public, bound to origins; what it says of people is not believed")
        SERVER = "server", _("Server: identifies people")
        HISTORY = "history", _("History: identifies people, and is believed when things happened")

    name = models.CharField(max_length=80, help_text=_("Who or what uses it, for example: web shop."))
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.SERVER)
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the key.")
    tail = models.CharField(max_length=4, editable=False, help_text="Its last characters, to recognise it by.")
    origins = models.JSONField(default=list, blank=True, help_text="https://www.example.com: scheme, host and port.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False, help_text="Taken no more from then on.")
    last_used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("write key")

    def __str__(self):
        return f"{self.name} …{self.tail}"
