"""Mail: the template people write, one rendered version for an occasion, and one row for each recipient."""

import uuid

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.admin.widgets import SlugInput
from wagtail.models import DraftStateMixin, RevisionMixin
from wagtail.search import index

from nurture.mail import compile as compiler
from nurture.mail.panels import MergeNamesPanel


class EmailTemplate(DraftStateMixin, RevisionMixin, index.Indexed, models.Model):
    """A mail written in MJML with the merge language of `nurture/mail/merge.py`. Versioned."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    subject = models.CharField(max_length=200, help_text=_('May use {{ contact.first_name, default "there" }}.'))
    preheader = models.CharField(max_length=200, blank=True, help_text=_("The line after the subject in the inbox."))
    mjml = models.TextField(_("MJML source"))

    panels = [
        TitleFieldPanel("name", placeholder=False, classname="w-mb-8"),
        FieldPanel("slug", widget=SlugInput),
        FieldPanel("subject"),
        FieldPanel("preheader"),
        FieldPanel("mjml", widget=forms.Textarea(attrs={"class": "w-font-mono w-text-14", "rows": 24})),
        MergeNamesPanel(heading=_("Values you may use")),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]
        verbose_name = _("mail template")

    def __str__(self):
        return self.name

    def clean(self):
        """A template that cannot be sent is not saved: each mistake stands at its field, with line and column."""
        super().clean()
        if found := compiler.problems(self.subject, self.preheader, self.mjml):
            raise ValidationError(found)


class Message(models.Model):
    """One template revision, compiled once, for one occasion. Recipients differ only in merge values and links."""

    revision = models.ForeignKey("wagtailcore.Revision", models.PROTECT, related_name="+")
    subject = models.CharField(max_length=200)
    preheader = models.CharField(max_length=200, blank=True)
    html = models.TextField()
    text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["revision"], name="message_once_a_revision")]


class Lane(models.TextChoices):
    TRANSACTIONAL = "transactional", _("Transactional")
    ALERT = "alert", _("Alert")
    MARKETING = "marketing", _("Marketing")


class Delivery(models.Model):
    """One mail to one recipient: every one ends in a named state, none is lost, none sent twice (docs/mail.md)."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        CLAIMED = "claimed", _("Being sent")
        SENT = "sent", _("Sent")
        SUPPRESSED = "suppressed", _("Not sent: suppressed")
        FAILED = "failed", _("Refused by the mail server")
        DEAD = "dead", _("Given up")
        UNKNOWN = "unknown", _("Cut off after sending: may have arrived")
        CANCELLED = "cancelled", _("Cancelled")

    ref = models.UUIDField(default=uuid.uuid4, unique=True, help_text="In its links: who a click came from.")
    contact = models.ForeignKey(
        "nurture.Contact", models.SET_NULL, null=True, db_constraint=False, related_name="deliveries"
    )
    message = models.ForeignKey(Message, models.PROTECT, null=True, db_constraint=False, db_index=False)
    occasion = models.CharField(max_length=80, help_text="rule:ACTIONRUN, alert:ID:PERSON, tx:UUID")
    lane = models.CharField(max_length=14, choices=Lane.choices)
    address = models.EmailField(max_length=254)
    address_hmac = models.CharField(max_length=64)
    subject = models.CharField(max_length=255, blank=True)
    asset = models.ForeignKey("cms.AssetPage", models.SET_NULL, null=True, db_constraint=False, related_name="+")
    values = models.JSONField(default=dict, help_text="Merge values fixed when it was queued.")
    raw = models.BinaryField(null=True, help_text="A complete message, for mail that other code composed.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    not_before = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    rfc_message_id = models.CharField(max_length=255, blank=True)
    lease_owner = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    crashes = models.PositiveSmallIntegerField(default=0, help_text="How often its process ended while it held it.")
    data_started = models.BooleanField(default=False, help_text="Committed before DATA: it may have gone out.")
    last_code = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["occasion", "address_hmac"], name="delivery_once_an_address"),
            models.UniqueConstraint(
                fields=["occasion", "contact"],
                condition=models.Q(contact__isnull=False),
                name="delivery_once_a_contact",
            ),
        ]
        indexes = [
            models.Index(fields=["lane", "not_before", "id"], name="delivery_due", condition=models.Q(state="pending")),
            models.Index(fields=["lease_until"], name="delivery_leased", condition=models.Q(state="claimed")),
            models.Index(
                fields=["state", "-id"],
                name="delivery_troubles",
                condition=models.Q(state__in=["failed", "dead", "unknown", "suppressed", "cancelled"]),
            ),
        ]

    def __str__(self):
        return f"Mail {self.pk}"

    @property
    def is_in_trouble(self):
        """Does it wait for a person: to try again, or to give it up?"""
        return self.state in (self.State.FAILED, self.State.DEAD, self.State.UNKNOWN)


class DeliveryAttempt(models.Model):
    """One try to hand a delivery to the mail server, and how it ended. Append-only."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries", db_constraint=False)
    fence = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    phase = models.CharField(max_length=12, help_text="See nurture/mail/fate.py.")
    code = models.PositiveSmallIntegerField(null=True)
    text = models.TextField(blank=True)
