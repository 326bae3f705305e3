"""One sending of a survey by mail."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class SurveyWave(models.Model):
    """A survey mailed to those of an audience, once each. `number` counts a survey's waves and is its answers' round.

    `audience` is what `nurture.contacts.audience.Choice` holds.
    """

    survey = models.ForeignKey("cms.Survey", models.PROTECT, related_name="waves")
    number = models.PositiveIntegerField()
    template = models.ForeignKey("nurture.EmailTemplate", models.PROTECT, related_name="+")
    audience = models.JSONField(default=dict)
    matched = models.PositiveIntegerField(help_text="How many the audience held when it was started.")
    job = models.ForeignKey("cms.Job", models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("sending of a survey")
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="one_wave_a_number")]

    def __str__(self):
        return f"{self.survey} ({self.number})"

    @property
    def occasion(self) -> str:
        """What its mails are sent for."""
        return f"survey:{self.pk}"
