"""What readers asked to be sent: which topics, how often, and whether the address has been confirmed."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Subscription(models.Model):
    """New pieces by mail. Its key is the secret in its mails: who has it may change or end it, and sees no address.

    Until it is confirmed it has an address and no contact; then the contact has the address.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Not confirmed")
        LIVE = "live", _("Subscribed")
        ENDED = "ended", _("Ended")

    class Cadence(models.TextChoices):
        DAILY = "daily", _("As they come, at most once a day")
        WEEKLY = "weekly", _("Once a week")
        MONTHLY = "monthly", _("Once a month")

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254, blank=True, help_text="Until it is confirmed.")
    contact = models.ForeignKey("nurture.Contact", models.CASCADE, null=True, related_name="subscriptions")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    cadence = models.CharField(max_length=8, choices=Cadence.choices, default=Cadence.WEEKLY)
    topics = models.ManyToManyField("cms.Topic", blank=True, related_name="+", help_text=_("None: every topic."))
    wording = models.CharField(max_length=40, help_text="The version of the words that were agreed to.")
    visitor = models.UUIDField(null=True, help_text="The browser that asked, until it is confirmed.")
    network_key = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the network, for a day.")
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    since = models.DateTimeField(null=True, help_text="Pieces published later are new.")
    due_at = models.DateTimeField(null=True, help_text="When the next mail is looked at.")
    sent = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("subscription")
        constraints = [
            models.UniqueConstraint(fields=["contact"], condition=models.Q(state="live"), name="one_live_subscription"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="subscription_due", condition=models.Q(state="live")),
            models.Index(fields=["network_key", "asked_at"], name="subscriptions_of_network"),
            models.Index(fields=["email", "asked_at"], name="subscriptions_of_address"),
            models.Index(fields=["asked_at"], name="subscriptions_by_time"),
        ]

    def __str__(self):
        return str(self.contact or self.email or self.pk)
