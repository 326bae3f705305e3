"""What a reader adds to a rating: reasons of a short list, a sentence, an address to be answered at."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RatingNote(models.Model):
    """More about one rating, for the team alone. All of it optional."""

    class Reason(models.TextChoices):
        CLEAR = "clear", _("Clear")
        NEW = "new", _("New to me")
        USABLE = "usable", _("I can use it at work")
        TOO_BASIC = "too_basic", _("I knew it already")
        TOO_LONG = "too_long", _("Too long")
        HARD = "hard", _("Hard to follow")
        OTHER_TOPIC = "other_topic", _("Not what I looked for")

    rating = models.OneToOneField("cms.Rating", models.CASCADE, related_name="note")
    reasons = models.JSONField(default=list, help_text="Values of `Reason`.")
    text = models.TextField(blank=True)
    email = models.EmailField(blank=True, help_text="To be answered at; never shown on the site, kept for a year.")
    network_key = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the network, for a day.")
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("note with a rating")
        indexes = [
            models.Index(fields=["network_key", "noted_at"], name="notes_of_network"),
            models.Index(fields=["noted_at"], name="notes_by_time"),
        ]

    def __str__(self):
        return self.text[:60] or ", ".join(self.reason_labels)

    @property
    def reason_labels(self) -> list[str]:
        """The reasons in words."""
        return [str(self.Reason(reason).label) for reason in self.reasons if reason in self.Reason.values]
