"""The work on an entry: what has to be clear first, who does what by when, what was said and what was decided."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.models.pages import Format


class BriefPoint(models.Model):
    """A question that a brief must answer, for one format or for all of them. The team keeps the list."""

    format = models.CharField(
        max_length=20, choices=Format.choices, blank=True, help_text=_("Empty: for every format.")
    )
    text = models.CharField(max_length=200)
    needed = models.BooleanField(
        _("needed before drafting"), default=False,
        help_text=_("Nobody begins to write while it is open, unless they say why."),
    )  # fmt: skip
    heading = models.CharField(
        _("heading in the draft"), max_length=120, blank=True,
        help_text=_("A draft begins with a part under this heading. Empty: the question is for us alone."),
    )  # fmt: skip
    sort_order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["sort_order", "pk"]
        verbose_name = _("question of a brief")
        verbose_name_plural = _("questions of a brief")

    def __str__(self):
        return self.text


class BriefAnswer(models.Model):
    """What the brief of an entry says to one question. Empty: open."""

    entry = models.ForeignKey("editorial.Entry", models.CASCADE, related_name="answers")
    point = models.ForeignKey(BriefPoint, models.CASCADE, related_name="answers")
    text = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "point"], name="one_answer_to_a_question")]

    def __str__(self):
        return self.text


class Waiver(models.Model):
    """Why somebody began to write although questions that are needed first were open. Never changed afterwards."""

    entry = models.ForeignKey("editorial.Entry", models.CASCADE, related_name="waivers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=200)
    questions = models.JSONField(default=list, help_text="As they were worded then.")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["given_at", "pk"]

    def __str__(self):
        return self.reason


class Assignment(models.Model):
    """One step of the work: what, who, by when, and how."""

    entry = models.ForeignKey("editorial.Entry", models.CASCADE, related_name="assignments")
    name = models.CharField(_("step"), max_length=100)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="assignments"
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    instructions = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    forewarned_of = models.DateField(null=True, editable=False, help_text=_("The day it was due when it came near."))
    reminded_of = models.DateField(null=True, editable=False, help_text=_("The day it was due when its mail went out."))

    class Meta:
        ordering = [models.F("due_on").asc(nulls_last=True), "pk"]
        indexes = [models.Index(fields=["due_on"], name="step_to_do", condition=models.Q(done_at__isnull=True))]

    def __str__(self):
        return self.name


class Remark(models.Model):
    """Something said about an entry; a decision stands in a list of its own, too. Never changed afterwards."""

    entry = models.ForeignKey("editorial.Entry", models.CASCADE, related_name="remarks")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=4000)
    is_decision = models.BooleanField(_("this is a decision"), default=False)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["said_at", "pk"]

    def __str__(self):
        return self.text
