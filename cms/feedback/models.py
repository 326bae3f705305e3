from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cms.feedback.note_models import RatingNote
from cms.feedback.poll_models import Poll, PollAnswer, PollOption

__all__ = ["Comment", "Poll", "PollAnswer", "PollOption", "Rating", "RatingNote", "RatingTally", "SalesFeedback"]


class Rating(models.Model):
    """One reader's "was this useful?" of one piece. Changeable by the same reader, counted once."""

    class Value(models.IntegerChoices):
        USEFUL = 1, _("Useful")
        NOT_USEFUL = -1, _("Not useful")

    asset = models.ForeignKey("cms.AssetPage", models.CASCADE, related_name="ratings")
    reader_key = models.CharField(max_length=64, help_text="HMAC of what tells this reader apart; never an address.")
    value = models.SmallIntegerField(choices=Value.choices)
    stars = models.PositiveSmallIntegerField(null=True, help_text="1 to 5, where a mail asked; `value` sums it up.")
    network_key = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the network, for a day.")
    rated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asset", "reader_key"], name="one_rating_a_reader")]
        indexes = [
            models.Index(fields=["asset", "value"], name="rating_counts"),
            models.Index(fields=["network_key", "rated_at"], name="ratings_of_network"),
        ]


class RatingTally(models.Model):
    """How many readers rated a piece, and how many of them found it useful: counted again with every rating, in its
    transaction, so that whoever looks at thousands of pieces counts no ratings."""

    asset = models.OneToOneField("cms.AssetPage", models.CASCADE, primary_key=True, related_name="rating_tally")
    total = models.PositiveIntegerField(default=0)
    useful = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.useful} of {self.total}"


class Comment(models.Model):
    """What a reader wrote under a piece. Shown once the address is confirmed and an editor has read it."""

    class State(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("Address not confirmed")
        HELD = "held", _("Held back")
        WAITING = "waiting", _("To read")
        PUBLISHED = "published", _("Published")
        REJECTED = "rejected", _("Rejected")

    asset = models.ForeignKey("cms.AssetPage", models.CASCADE, related_name="comments")
    state = models.CharField(max_length=12, choices=State.choices)
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True, help_text="Never shown on the site; empty once it is no longer needed.")
    text = models.TextField()
    wants_answer = models.BooleanField(default=False)
    reasons = models.JSONField(default=list, help_text="Why it looks like spam: keys of `comments.REASONS`.")
    key = models.UUIDField(unique=True, help_text="In the link that confirms the address; nobody can guess it.")
    visitor = models.UUIDField(null=True)
    link_token = models.TextField(blank=True)
    network_key = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the network, for a day.")
    posted_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    judged_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    imported_in = models.ForeignKey("cms.ImportBatch", models.SET_NULL, null=True, related_name="comments")
    told_at = models.DateTimeField(null=True, help_text="When the commenter was told of the answer.")

    class Meta:
        verbose_name = _("comment")
        indexes = [
            models.Index(fields=["asset", "state", "-id"], name="comments_of_piece"),
            models.Index(fields=["state", "-id"], name="comments_to_read"),
            models.Index(fields=["network_key", "posted_at"], name="comments_of_network"),
            models.Index(fields=["posted_at"], name="comments_by_time"),
        ]

    def __str__(self):
        return f"{self.name}: {self.text[:60]}"


class SalesFeedback(models.Model):
    """What one salesperson says of a piece as a tool of their work. Never mixed with what readers say."""

    class Value(models.IntegerChoices):
        HELPS = 1, _("It helps me sell")
        DOES_NOT = -1, _("It does not")

    class Tag(models.TextChoices):
        ACCURATE = "accurate", _("Accurate")
        OUT_OF_DATE = "out_of_date", _("Out of date")
        HELPED_A_DEAL = "helped_a_deal", _("Helped a deal")
        ASKED_BY_CUSTOMER = "asked_by_customer", _("Customers asked for it")

    asset = models.ForeignKey("cms.AssetPage", models.CASCADE, related_name="sales_feedback")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    value = models.SmallIntegerField(choices=Value.choices)
    tags = models.JSONField(default=list, help_text="Values of `Tag`.")
    text = models.TextField(blank=True)
    said_at = models.DateTimeField()

    class Meta:
        ordering = ["-said_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["asset", "user"], name="one_sales_feedback_a_person")]
