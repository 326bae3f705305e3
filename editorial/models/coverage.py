from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseGenericSetting


class CoverageLevels(BaseGenericSetting):
    """When the team calls a cell of the map thin, enough or crowded, and a piece low-rated."""

    enough_from = models.PositiveSmallIntegerField(
        _("enough from"), default=3, validators=[MinValueValidator(1)],
        help_text=_("So many good live pieces are enough; fewer are thin, none is a gap."),
    )  # fmt: skip
    crowded_from = models.PositiveSmallIntegerField(
        _("crowded from"), default=12, help_text=_("So many compete with each other.")
    )
    rated_by = models.PositiveSmallIntegerField(
        _("ratings needed"), default=5, validators=[MinValueValidator(1)],
        help_text=_("With fewer ratings a piece is never called low-rated."),
    )  # fmt: skip
    useful_percent = models.PositiveSmallIntegerField(
        _("useful for at least (per cent)"), default=50,
        help_text=_("Of those who rated it; below, a piece is low-rated and does not fill a cell."),
    )  # fmt: skip

    weeks_from = models.PositiveSmallIntegerField(
        _("weeks of supply that last"), default=4,
        help_text=_("With fewer weeks of unread pieces for its readers, a cell runs out soon."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("coverage map")

    @classmethod
    def now(cls) -> "CoverageLevels":
        """What the team has set, or the defaults. `load` would write them on a GET."""
        return cls.objects.first() or cls()

    def clean(self):
        if self.crowded_from <= self.enough_from:
            raise ValidationError({"crowded_from": _("Crowded begins above enough.")})
        if self.useful_percent > 100:
            raise ValidationError({"useful_percent": _("A part of all is at most 100 per cent.")})


class CoverageCount(models.Model):
    """What stands in the cells of the map, counted in the background (`editorial/coverage_counts.py`).

    One row for the whole map, and one for each topic, format, and topic with format that anything is about. `figures`:
    {"STAGE-COLUMN": {"live", "weak", "draft", "planned", "asked": n, "due": the day of the first plan, "best", "worst":
    [piece, relevant, placed]}}; what is missing is none. Numbers, no relations: a row is written anew when what it
    counts is gone.
    """

    topic = models.BigIntegerField(default=0, help_text="0: all topics.")
    format = models.CharField(max_length=20, blank=True, help_text="Empty: all formats.")
    figures = models.JSONField(default=dict)
    newest = models.JSONField(null=True, help_text="Of a topic, in any format: [id, title, day] of its newest piece.")
    coming = models.JSONField(null=True, help_text="The same of the entry about it that comes next.")
    unmet = models.JSONField(
        null=True, help_text="[words, how often] of searches in vain; of a topic, those that name it."
    )
    is_asked = models.BooleanField(default=False, help_text="Did sales tell of any customer who asked for a piece?")
    counted_at = models.DateTimeField(help_text="When it last changed; of the whole map: when it was last counted.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "format"], name="coverage_counted_once")]

    def __str__(self):
        return f"{self.topic} {self.format}"


class StaleCoverage(models.Model):
    """Something that the map counts was saved. Only ever added, so that no two who save wait for each other."""

    marked_at = models.DateTimeField()

    def __str__(self):
        return str(self.marked_at)


class CoverageSnapshot(models.Model):
    """The coverage map as it stood when this month was first looked at; written once, never changed.

    `figures`: {"ROW-COLUMN": {"live", "weak", "drafts", "planned", "contacts", "accounts", "weeks": n or None}}, keys
    as in a cell's address. One row a month: comparing is one query, and a deleted persona takes no history along.
    """

    month = models.DateField(unique=True, help_text="Its first day.")
    taken_at = models.DateTimeField()
    figures = models.JSONField(default=dict)

    class Meta:
        ordering = ["-month"]

    def __str__(self):
        return f"{self.month:%Y-%m}"
