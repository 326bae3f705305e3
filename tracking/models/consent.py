"""What a person allowed and forbade. Read by collector, contacts and mail alike; outlives the contact."""

import uuid

from django.db import models


class Suppression(models.Model):
    """An address that must not be mailed. Keyed by HMAC, so that it survives erasure of the address itself."""

    class Scope(models.TextChoices):
        GLOBAL = "global"  # hard bounce, complaint, legal objection: nothing at all
        STREAM = "stream"  # unsubscribed: no marketing; transactional mail still goes

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed"
        COMPLAINT = "complaint"
        HARD_BOUNCE = "hard_bounce"
        OBJECTION = "objection"
        MANUAL = "manual"

    address_hmac = models.CharField(max_length=64)
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.STREAM)
    reason = models.CharField(max_length=16, choices=Reason.choices)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address_hmac", "scope", "reason"], name="suppression_once"),
        ]


class ConsentEvent(models.Model):
    """One line of the append-only consent log. `subject` is the opaque id that a contact carries too."""

    class Action(models.TextChoices):
        GIVEN = "given"
        WITHDRAWN = "withdrawn"
        ASKED = "asked"  # under an address that anybody may have typed; no yes until its mailbox says so

    uuid = models.UUIDField(default=uuid.uuid4, db_index=True, editable=False, help_text="Names this very answer.")
    subject = models.UUIDField(null=True, db_index=True)
    address_hmac = models.CharField(max_length=64, blank=True, db_index=True)
    purpose = models.CharField(max_length=40, help_text="email, open_tracking, site_profile, …")
    action = models.CharField(max_length=10, choices=Action.choices)
    source = models.CharField(max_length=40, help_text="one_click, preference_page, import, form, admin")
    wording = models.CharField(max_length=200, blank=True)
    proof = models.JSONField(default=dict)
    at = models.DateTimeField()


class LastOpen(models.Model):
    """The day on which a mail was last opened, overwritten each time: all that `deliverability` keeps of opening.

    Forgotten with the person, and when it is older than the events that are kept.
    """

    link_ref = models.UUIDField(unique=True)
    opened_on = models.DateField(db_index=True)
