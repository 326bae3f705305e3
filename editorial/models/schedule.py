from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.models.pages import Approach, Format, Length, Medium, ShelfLife


class Entry(models.Model):
    """A piece that is planned: from an idea to published. At most one page is made from it."""

    class Step(models.TextChoices):
        IDEA = "idea", _("Idea")
        BRIEF = "brief", _("Brief")
        ASSIGNED = "assigned", _("Assigned")
        DRAFTING = "drafting", _("Drafting")
        REVIEW = "review", _("Review")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")
        DROPPED = "dropped", _("Dropped")

    title = models.CharField(max_length=200)
    step = models.CharField(max_length=10, choices=Step.choices, default=Step.IDEA)
    due_on = models.DateField(null=True, blank=True, help_text=_("A plan: it never publishes anything."))
    place = models.PositiveIntegerField(
        null=True, editable=False, help_text="In the order that somebody gave the entries of its day; null: by title."
    )
    review_on = models.DateField(
        _("look at again"), null=True, blank=True, help_text=_("When to check that the published piece still holds.")
    )
    stage = models.ForeignKey("cms.BuyingStage", models.PROTECT, null=True, blank=True, related_name="+")
    personas = models.ManyToManyField("cms.Persona", blank=True, related_name="+")
    topics = models.ManyToManyField("cms.Topic", blank=True, related_name="+")
    format = models.CharField(max_length=20, choices=Format.choices, default=Format.ARTICLE)
    medium = models.CharField(
        max_length=12, choices=Medium.choices, blank=True, help_text=_("Empty: as the format most often is.")
    )
    length = models.CharField(
        max_length=8, choices=Length.choices, blank=True, help_text=_("Short: taken in within about five minutes.")
    )
    approach = models.CharField(
        _("idea or product"), max_length=8, choices=Approach.choices, blank=True,
        help_text=_("About an idea, a problem of the reader's, or about what we sell?"),
    )  # fmt: skip
    shelf_life = models.CharField(max_length=10, choices=ShelfLife.choices, default=ShelfLife.EVERGREEN)
    question = models.TextField(_("question it answers"), blank=True)
    call_to_action = models.CharField(max_length=200, blank=True)
    notes = models.TextField(blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="entries"
    )
    invited = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="invited_to")
    campaign = models.ForeignKey("cms.Campaign", models.SET_NULL, null=True, blank=True, related_name="entries")
    page = models.OneToOneField("cms.AssetPage", models.SET_NULL, null=True, blank=True, related_name="entry")
    version = models.PositiveIntegerField(default=1, help_text=_("Grows with every change; a stale move is refused."))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        indexes = [
            models.Index(fields=["due_on", "id"], name="entry_by_day"),
            models.Index(fields=["step", "due_on", "id"], name="entry_by_step"),
            models.Index(fields=["review_on"], name="entry_by_review", condition=models.Q(review_on__isnull=False)),
        ]

    def __str__(self):
        return self.title
