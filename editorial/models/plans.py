"""Plans that came from a spreadsheet: what was brought in together, and which entry each row has become."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanBatch(models.Model):
    """One file of planned entries, from its upload until it is written or taken back."""

    class State(models.TextChoices):
        OPEN = "open", _("Not brought in yet")
        WRITING = "writing", _("Being brought in")
        WRITTEN = "written", _("Brought in")
        UNDONE = "undone", _("Taken back")

    class Order(models.TextChoices):
        DAY = "dmy", _("Day first: 3/4/2027 is 3 April 2027")
        MONTH = "mdy", _("Month first: 3/4/2027 is 4 March 2027")

    source = models.CharField(_("name of the plan"), max_length=100)
    file = models.CharField(max_length=200)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    rows = models.JSONField(default=list, help_text="[row number, cells] of head and rows; emptied at the end.")
    columns = models.JSONField(default=list, help_text='The field of each column, "" where it is left out.')
    order = models.CharField(_("days such as 3/4/2027"), max_length=3, choices=Order.choices, blank=True)
    counts = models.JSONField(default=dict)
    job = models.ForeignKey("cms.Job", models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("imported plan")
        verbose_name_plural = _("imported plans")

    def __str__(self):
        return self.file


class PlanRow(models.Model):
    """A row of a plan and the entry that it stands for: by it, the same row is known next time."""

    source = models.CharField(max_length=100)
    key = models.CharField(max_length=300, help_text="id:… as the file says, else on:DAY TITLE.")
    entry = models.ForeignKey("editorial.Entry", models.CASCADE, related_name="plan_rows")
    said = models.JSONField(default=dict, help_text="What the row said when it was last brought in, by field.")
    made_by = models.ForeignKey(
        PlanBatch,
        models.SET_NULL,
        null=True,
        related_name="made",
        help_text="The batch that made the entry, if one did.",
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="one_entry_for_a_row_of_a_plan")]

    def __str__(self):
        return self.key
