"""The topics that matter most to the readers, as the team sees it: a short list, each with a rhythm."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Interest(models.Model):
    """A topic to be written about again and again: at least every so many weeks, by somebody who sees to it.

    A key without a unique index: when two topics are merged, both lines stay until somebody takes one off.
    """

    topic = models.ForeignKey("cms.Topic", models.CASCADE, related_name="+", verbose_name=_("topic"))
    every_weeks = models.PositiveSmallIntegerField(
        _("every … weeks"), default=6, validators=[MinValueValidator(1), MaxValueValidator(52)],
        help_text=_("A new piece at least so often."),
    )  # fmt: skip
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        help_text=_("Who sees to it that it is written about."),
    )  # fmt: skip
    note = models.CharField(_("why it matters"), max_length=200, blank=True)
    sort_order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("interest of the readers")
        verbose_name_plural = _("interests of the readers")

    def __str__(self):
        return str(self.topic)

    def clean(self):
        """A topic is on the list once."""
        if self.topic_id and Interest.objects.filter(topic=self.topic_id).exclude(pk=self.pk).exists():
            raise ValidationError({"topic": _("This topic is on the list already. Change its line instead.")})
