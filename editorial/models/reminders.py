"""Who is reminded of their steps, and when that was done last: one row a person."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StepReminder(models.Model):
    """A person's mail of steps that are due. Without a row they want it, and had none yet."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="step_reminder")
    wanted = models.BooleanField(
        _("remind me of my steps"),
        default=True,
        help_text=_("A mail on the morning that a step of yours is due, at most one a day, and once for each date."),
    )
    sent_on = models.DateField(null=True, editable=False, help_text=_("The person's day of their last mail."))

    def __str__(self):
        return str(self.user)
