"""What is handed to sales: an alert with its reason, and what became of it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Alert(models.Model):
    """Somebody read what sales and marketing agreed to be a signal: whom to call, why, and with what words."""

    contact = models.ForeignKey("nurture.Contact", models.CASCADE, related_name="alerts")
    account = models.ForeignKey("nurture.Account", models.SET_NULL, null=True, related_name="alerts")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="alerts")
    owner_because = models.CharField(max_length=120, help_text="Account owner, stage owner, backup, or team queue.")
    agreement = models.ForeignKey("cms.SignalAgreement", models.SET_NULL, null=True, related_name="+")
    revision = models.ForeignKey("wagtailcore.Revision", models.PROTECT, null=True, related_name="+", db_index=False)
    asset = models.ForeignKey("cms.AssetPage", models.SET_NULL, null=True, db_constraint=False, related_name="+")
    asset_title = models.CharField(max_length=255, blank=True)
    occasion = models.CharField(max_length=80, unique=True, help_text="action:ID, so that a repeat is no twin.")
    cause_uuid = models.UUIDField()
    caused_at = models.DateTimeField()
    reason = models.TextField()
    opener = models.TextField(blank=True)
    by_mail_link = models.BooleanField(default=False)
    by_claim = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="What set it off turned out to be a robot.")

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["owner", "-id"], name="alert_inbox")]


class AlertOutcome(models.Model):
    """What the salesperson said of an alert. The latest counts; all are kept."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        REJECTED = "rejected", _("Rejected")
        RECYCLED = "recycled", _("Back to nurture")

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="outcomes")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.TextField(blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]


class Share(models.Model):
    """A piece that somebody of ours gave a contact by a personal link, and how. Its readers are told apart by `ref`."""

    class Way(models.TextChoices):
        COPIED = "copied", _("Link copied")
        MAILED = "mailed", _("Mailed from here")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, help_text="In its link. Made with the form: sent once.")
    contact = models.ForeignKey("nurture.Contact", models.CASCADE, related_name="shares")
    asset = models.ForeignKey("cms.AssetPage", models.SET_NULL, null=True, db_constraint=False, related_name="+")
    asset_title = models.CharField(max_length=255)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="shares")
    way = models.CharField(max_length=6, choices=Way.choices)
    note = models.TextField(blank=True, help_text="The words that went with it.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["contact", "-created_at"], name="share_by_contact")]

    def __str__(self):
        return self.asset_title
