"""People and accounts, how a browser or a mailbox is tied to them, what they did, and how their stage moved."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """A company we sell to or want to."""

    class Kind(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        CLIENT = "client", _("Client")

    subject = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=253, blank=True, help_text=_("Mail domain, for example example.com."))
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PROSPECT)
    industry = models.CharField(max_length=120, blank=True)
    size = models.CharField(max_length=40, blank=True)
    city = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text=_("Two letters, ISO 3166."))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="accounts")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("domain"), condition=~models.Q(domain=""), name="account_domain_once"),
        ]

    def __str__(self):
        return self.name


class Contact(models.Model):
    """A person we know. `subject` is the opaque id that the consent log and the outside world use."""

    class ContactClass(models.TextChoices):
        DECISION_MAKER = "decision_maker", _("Decision maker")
        INFLUENCER = "influencer", _("Influencer")
        USER = "user", _("User")
        FINANCE = "finance", _("Finance")
        PARTNER = "partner", _("Partner")
        PRESS = "press", _("Analyst or press")

    subject = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=254)
    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    job_title = models.CharField(max_length=160, blank=True)
    contact_class = models.CharField(max_length=16, choices=ContactClass.choices, blank=True)
    account = models.ForeignKey(Account, models.SET_NULL, null=True, blank=True, related_name="contacts")
    persona = models.ForeignKey("cms.Persona", models.SET_NULL, null=True, blank=True, related_name="contacts")
    stage = models.ForeignKey("cms.BuyingStage", models.PROTECT, null=True, blank=True, related_name="contacts")
    phone = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text=_("Two letters, ISO 3166."))
    time_zone = models.CharField(max_length=60, blank=True)
    internal = models.BooleanField(
        _("one of us"),
        default=False,
        help_text=_("A colleague, or somebody made up for a test: what they do is kept, and decides nothing."),
    )
    synthetic = models.BooleanField(
        default=False, editable=False, help_text=_("Made by `doctor --loop`; never a person.")
    )
    erased_at = models.DateTimeField(null=True, editable=False, help_text="Forgotten; the row holds history together.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(Lower("email"), name="contact_email_once")]

    def __str__(self):
        return self.full_name or self.email

    @property
    def full_name(self):
        return f"{self.first_name} {self.last_name}".strip()


class StrongEdges(models.Manager):
    """Without what a page merely said of one visit."""

    def get_queryset(self):
        """Those that tie a whole browser."""
        return super().get_queryset().filter(visit_id=None)


class Identity(models.Model):
    """An edge: this browser belongs to this contact, because of that evidence. Reversible: revoked, never deleted.

    One with a `visit_id` is weak: a page said it of one visit, from `created_at` on, and anybody can make a page say
    so. `objects` leaves those out, so that nothing takes them for more; whoever wants them asks `every`.
    """

    class Kind(models.TextChoices):
        FORM = "form", _("Filled in a form")
        API = "api", _("Identified by a server")
        IMPORT = "import", _("Imported")
        CLAIM = "claim", _("Said by a page, under a public key")
        DECIDED = "decided", _("Decided by a colleague")

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="identities")
    visitor = models.ForeignKey("tracking.Visitor", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    evidence = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    visit_id = models.BigIntegerField(null=True, editable=False, help_text="The one tracking.Session it is about.")

    every = models.Manager()
    objects = StrongEdges()

    class Meta:
        constraints = [
            # A browser has one owner at a time: a shared computer must not mix two people up.
            models.UniqueConstraint(
                fields=["visitor"], condition=models.Q(revoked_at__isnull=True, visit_id__isnull=True), name="one_owner"
            ),
        ]
        indexes = [
            models.Index(
                fields=["visit_id", "created_at"], condition=models.Q(visit_id__isnull=False), name="identity_claims"
            ),
        ]


class MergeProposal(models.Model):
    """Another system says that two of its ids are one reader. Nothing follows from that before a person decides.

    What an id stands for in the ledger are visitor keys: those of a user, or of a browser (tracking/segment.py).
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Nobody is known by them yet")
        OPEN = "open", _("To decide")
        ACCEPTED = "accepted", _("One reader")
        DECLINED = "declined", _("Not the same")

    event_uuid = models.UUIDField(unique=True, help_text="The event that said so first.")
    user = models.CharField(max_length=200, help_text="The id, as it was told.")
    previous = models.CharField(max_length=200, help_text="The id that is to be the same reader's.")
    user_key = models.UUIDField(db_index=True)
    previous_user_key = models.UUIDField(db_index=True)
    previous_browser_key = models.UUIDField(db_index=True)
    by_page = models.BooleanField(help_text="Under a public key: anybody can say it.")
    key_name = models.CharField(max_length=80, blank=True)
    site = models.CharField(max_length=300, blank=True)
    said_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+", help_text="Whose `user` is.")
    other = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+", help_text="Whose `previous` is.")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made = models.ForeignKey(Identity, models.SET_NULL, null=True, related_name="+", help_text="The edge of a yes.")
    ended = models.ForeignKey(Identity, models.SET_NULL, null=True, related_name="+", help_text="The edge before it.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "previous"], name="merge_proposed_once")]
        indexes = [models.Index(fields=["state", "-id"], name="merge_proposal_list")]


class Engagement(models.Model):
    """A contact's side of an event: a projection of event, identity edges and verdict, so it can be rebuilt.

    What the piece was tagged with when it was read is copied here; retagging changes the future only.
    """

    event_uuid = models.UUIDField(unique=True)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="engagements", db_index=False)
    kind = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    asset = models.ForeignKey("cms.AssetPage", models.SET_NULL, null=True, db_constraint=False, related_name="+")
    asset_title = models.CharField(max_length=255, blank=True)
    stage = models.ForeignKey("cms.BuyingStage", models.SET_NULL, null=True, db_index=False, related_name="+")
    personas = models.JSONField(default=list, help_text="Ids; for a piece for everybody, all of them.")
    topics = models.JSONField(default=list, help_text="Ids.")
    format = models.CharField(max_length=20, blank=True)
    by_mail_link = models.BooleanField(default=False, help_text="Proves a mailbox, not a person.")
    by_claim = models.BooleanField(default=False, help_text="A page said so under a public key: proves nothing.")
    human = models.BooleanField(default=True)
    properties = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["contact", "-occurred_at"], name="engagement_timeline")]


class Exposure(models.Model):
    """Which piece was sent to whom: "next read" does not send it again."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="exposures", db_index=False)
    asset = models.ForeignKey("cms.AssetPage", models.CASCADE, related_name="+", db_constraint=False)
    sent_at = models.DateTimeField()
    by = models.CharField(max_length=60, help_text="The occasion of the delivery.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact", "asset", "by"], name="exposure_once")]


class StageChange(models.Model):
    """A contact moved from one stage to another, with the reason: a rule's revision and its cause, or a person."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="stage_changes", db_index=False)
    from_stage = models.ForeignKey("cms.BuyingStage", models.PROTECT, null=True, related_name="+", db_index=False)
    to_stage = models.ForeignKey("cms.BuyingStage", models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(help_text="When it became true: the time of the cause.")
    recorded_at = models.DateTimeField()
    reason = models.TextField()
    cause_uuid = models.UUIDField(null=True)
    uuid = models.UUIDField(unique=True, help_text="This change as a cause of further rules.")
    reacted = models.BooleanField(default=False, help_text="Rules have seen it.")
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="To let rules see it.")
    dead_at = models.DateTimeField(null=True, blank=True, help_text="Rules cannot react to it; a person decides.")
    error = models.TextField(blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)

    class Meta:
        indexes = [
            models.Index(fields=["contact", "-at"], name="stage_change_timeline"),
            models.Index(fields=["id"], name="stage_change_work", condition=models.Q(reacted=False)),
            models.Index(fields=["id"], name="stage_change_dead", condition=models.Q(dead_at__isnull=False)),
        ]


class FieldChange(models.Model):
    """A fact about a contact or an account changed. Decisions are pure over facts as of a time, so each is a row."""

    subject = models.UUIDField()
    field = models.CharField(max_length=40)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    at = models.DateTimeField()
    source = models.CharField(max_length=60, help_text="admin:USER, import:JOB, form, api, crm")

    class Meta:
        indexes = [models.Index(fields=["subject", "-at"], name="field_change_timeline")]


class CellSupply(models.Model):
    """Weeks of unread supply for the readers of a stage and persona, and what they searched in vain, counted as a whole
    each time (`supply.py`)."""

    stage = models.ForeignKey("cms.BuyingStage", models.CASCADE, related_name="+", db_index=False)
    persona = models.ForeignKey("cms.Persona", models.CASCADE, related_name="+")
    weeks = models.FloatField(null=True, help_text="Empty: too few readers to know.")
    readers = models.PositiveIntegerField(default=0, help_text="Contacts who took in something in the last 90 days.")
    searches = models.PositiveIntegerField(
        null=True, help_text="Of the last 90 days that found nothing. Empty: nobody we know searched."
    )
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stage", "persona"], name="cell_supply_once")]
