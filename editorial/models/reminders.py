"""Who is reminded, and when that was done last: a row for each person, and for each piece to be looked at again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class StepReminder(models.Model):
    """A person's mail of what is due. Without a row they want it, and had none yet."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="step_reminder")
    wanted = models.BooleanField(
        _("remind me of my steps and pieces"),
        default=True,
        help_text=_("A mail on the morning that a step of yours is due or a piece of yours is to be looked at again."),
    )  # fmt: skip
    sent_on = models.DateField(null=True, editable=False, help_text=_("The person's day of their last mail."))

    def __str__(self):
        return str(self.user)


class ReviewReminder(models.Model):
    """What was last told of a piece that is to be looked at again: for which day, and on which day."""

    page = models.OneToOneField("cms.AssetPage", models.CASCADE, related_name="review_reminder")
    told_of = models.DateField(help_text=_("The day on which it was to be looked at when its mail went out."))
    told_on = models.DateField(help_text=_("The day of that mail, where its person is."))

    def __str__(self):
        return str(self.page_id)
