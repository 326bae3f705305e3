"""Room held open for what nobody can plan: a slot is a day or a week at a stage, filled by an entry or let pass."""

from datetime import date, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from editorial.calendar.span import FIRST_YEAR, LAST_YEAR

LONGEST_WEEK = timedelta(days=6)


def _refuse_far_days(**days: date | None) -> None:
    """Raise ValidationError for each that the calendar cannot show."""
    said = _("The calendar goes from %(first)s to %(last)s. Choose a day within.")
    years = {"first": FIRST_YEAR, "last": LAST_YEAR}
    far = {name: said % years for name, day in days.items() if day and not FIRST_YEAR <= day.year <= LAST_YEAR}
    if far:
        raise ValidationError(far)


class SlotRule(models.Model):
    """Room that is held again and again: so often, at each of these stages. A loop makes the slots ahead."""

    class Every(models.TextChoices):
        WEEK = "week", _("Every week")
        FORTNIGHT = "fortnight", _("Every second week")
        MONTH = "month", _("Once a month")

    name = models.CharField(max_length=100)
    stages = models.ManyToManyField(
        "cms.BuyingStage", related_name="+", help_text=_("One slot for each of these stages, each time.")
    )
    every = models.CharField(max_length=10, choices=Every.choices, default=Every.MONTH)
    begins_on = models.DateField(
        _("first in the week of"), help_text=_("Later ones are in the same week of the month, or so many weeks after.")
    )
    ends_on = models.DateField(_("until"), null=True, blank=True, help_text=_("Empty: for good."))
    topic = models.ForeignKey("cms.Topic", models.SET_NULL, null=True, blank=True, related_name="+")
    persona = models.ForeignKey("cms.Persona", models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, help_text=_("What belongs here, in a few words."))

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("rule for held room")
        verbose_name_plural = _("rules for held room")

    def __str__(self):
        return self.name

    def clean(self):
        _refuse_far_days(begins_on=self.begins_on, ends_on=self.ends_on)
        if self.ends_on and self.begins_on and self.ends_on < self.begins_on:
            raise ValidationError({"ends_on": _("That is before it begins.")})


class Slot(models.Model):
    """Room on a day, or in a week that begins on it, for a timely piece at a stage. At most one entry fills it."""

    class Width(models.TextChoices):
        DAY = "day", _("That day")
        WEEK = "week", _("Any day of that week")

    stage = models.ForeignKey("cms.BuyingStage", models.PROTECT, related_name="+", verbose_name=_("buying stage"))
    topic = models.ForeignKey("cms.Topic", models.SET_NULL, null=True, blank=True, related_name="+")
    persona = models.ForeignKey("cms.Persona", models.SET_NULL, null=True, blank=True, related_name="+")
    day = models.DateField()
    width = models.CharField(_("when"), max_length=4, choices=Width.choices, default=Width.WEEK)
    note = models.CharField(max_length=200, blank=True, help_text=_("What belongs here, in a few words."))
    entry = models.OneToOneField("editorial.Entry", models.SET_NULL, null=True, blank=True, related_name="slot")
    rule = models.ForeignKey(SlotRule, models.SET_NULL, null=True, blank=True, related_name="slots")
    made_for = models.DateField(null=True, help_text=_("The day that its rule made it for; it may be moved since."))
    released_at = models.DateTimeField(null=True, help_text=_("Given up: the room is not held any more."))
    version = models.PositiveIntegerField(default=1, help_text=_("Grows with every change; a stale one is refused."))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["day", "pk"]
        verbose_name = _("held room")
        verbose_name_plural = _("held room")
        constraints = [models.UniqueConstraint(fields=["rule", "stage", "made_for"], name="one_slot_of_a_rule")]
        indexes = [models.Index(fields=["day", "id"], name="slot_by_day", condition=models.Q(released_at=None))]

    def __str__(self):
        return self.title

    def clean(self):
        _refuse_far_days(day=self.day)

    @property
    def title(self) -> str:
        """What it is called where entries have a title."""
        return _now("Room: %s") % self.stage

    @property
    def last_day(self) -> date:
        return self.day + LONGEST_WEEK if self.width == self.Width.WEEK else self.day
