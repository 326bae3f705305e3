"""Stage-signalling rules, and what they set in motion."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import DraftStateMixin, RevisionMixin
from wagtail.search import index

from nurture.rules import sentences
from nurture.rules.fields import RegistryStreamField


class Rule(DraftStateMixin, RevisionMixin, index.Indexed, models.Model):
    """When this happens, and these hold, do that. Versioned: what runs is the live revision, pinned by what it did."""

    name = models.CharField(max_length=120)
    why = models.TextField(help_text=_("What this signals, in words. Stands on the contact's timeline."))
    trigger = RegistryStreamField("trigger", max_num=1, min_num=1, verbose_name=_("when"))
    conditions = RegistryStreamField("condition", blank=True, verbose_name=_("and all of these hold"))
    actions = RegistryStreamField("action", min_num=1, verbose_name=_("do"))
    again_after_days = models.PositiveIntegerField(
        default=30, help_text=_("Days before it may fire again for the same contact. 0: every time.")
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("why"),
        MultiFieldPanel(
            [FieldPanel("trigger"), FieldPanel("conditions"), FieldPanel("actions")], heading=_("The rule")
        ),
        FieldPanel("again_after_days"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]
        verbose_name = _("stage-signalling rule")

    def __str__(self):
        return self.name

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        return sentences.describe(self)


TURNED_ROBOT = "What set it off turned out to be a robot, or was taken back."  # the outcome of a run that was undone


class ActionRun(models.Model):
    """One action of one rule for one contact and cause: outbox, wait, retry and audit in one row."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        CLAIMED = "claimed", _("Running")
        DONE = "done", _("Done")
        SKIPPED = "skipped", _("Not needed any more")
        DEAD = "dead", _("Given up")

    key = models.CharField(max_length=120, unique=True, help_text="revision:contact:cause:number")
    rule = models.ForeignKey(Rule, models.SET_NULL, null=True, related_name="runs")
    revision = models.ForeignKey("wagtailcore.Revision", models.PROTECT, null=True, related_name="+", db_index=False)
    contact = models.ForeignKey("nurture.Contact", models.CASCADE, related_name="action_runs")
    cause_uuid = models.UUIDField()
    caused_at = models.DateTimeField()
    cause = models.JSONField(default=dict, help_text="What the rule saw, for the explanation.")
    action = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    lease_owner = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    outcome = models.TextField(blank=True, help_text="What was done, or why not, in words.")

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], name="action_run_due", condition=models.Q(state="pending")),
            models.Index(fields=["lease_until"], name="action_run_leased", condition=models.Q(state="claimed")),
            models.Index(fields=["id"], name="action_run_dead", condition=models.Q(state="dead")),
            models.Index(fields=["rule", "contact", "-caused_at"], name="action_run_again"),
        ]
