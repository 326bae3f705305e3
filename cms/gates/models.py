"""A gate: a short form that editors make once and put before the files of many pieces; what was sent through it."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.contrib.forms.models import AbstractFormField

# Of Wagtail's kinds those that make sense here. The address is always asked; a hidden field could carry what is known.
KINDS = (
    ("singleline", _("One line")),
    ("multiline", _("Several lines")),
    ("number", _("Number")),
    ("url", _("Web address")),
    ("dropdown", _("Choose one from a list")),
    ("radio", _("Choose one")),
    ("checkboxes", _("Choose several")),
    ("date", _("Date")),
)
WITH_CHOICES = ("dropdown", "radio", "checkboxes")


class Fills(models.TextChoices):
    """What of a contact an answer fills, the critical ones first: they are asked first."""

    COMPANY = "company", _("Company")
    JOB_TITLE = "job_title", _("Job title")
    FIRST_NAME = "first_name", _("First name")
    LAST_NAME = "last_name", _("Last name")
    PHONE = "phone", _("Phone")
    STREET = "street", _("Street")
    POSTAL_CODE = "postal_code", _("Postal code")
    CITY = "city", _("City")
    REGION = "region", _("Region")
    COUNTRY = "country", _("Country (chosen from the list of all)")


CRITICAL = (Fills.COMPANY, Fills.JOB_TITLE, Fills.FIRST_NAME, Fills.LAST_NAME)


class GateForm(WagtailAdminModelForm):
    """Questions that can be asked: with choices where one chooses, and each contact field once."""

    def clean(self):
        cleaned = super().clean()
        seen: set[str] = set()
        questions = self.formsets.get("questions")
        for form in questions.forms if questions else ():
            form.is_valid()  # cleans it
            said = form.cleaned_data
            if (not form.has_changed() and not form.instance.pk) or said.get("DELETE"):
                continue
            needs_choices = said.get("field_type") in WITH_CHOICES and said.get("fills") != Fills.COUNTRY
            if needs_choices and not said.get("choices", "").strip():
                form.add_error("choices", _("Write the answers to choose from, one a line."))
            if (fills := said.get("fills")) and fills in seen:
                form.add_error("fills", _("Another question of this gate fills it already."))
            seen.add(said.get("fills") or "")
        return cleaned


class Gate(ClusterableModel):
    """A form before files. Which of its questions a reader sees depends on what they have answered before."""

    name = models.CharField(max_length=80, unique=True, help_text=_("For us; readers do not see it."))
    heading = models.CharField(max_length=120, default="Tell us where to send it", help_text=_("Above the form."))
    intro = models.TextField(_("introduction"), blank=True, max_length=500)
    button = models.CharField(_("text of the button"), max_length=40, default="Get the file")
    asks_email = models.BooleanField(_("ask whether we may send more by mail"), default=True)
    asks_open_tracking = models.BooleanField(_("ask whether we may see that mails are opened"), default=False)
    base_form_class = GateForm

    class Meta:
        ordering = ["name"]
        verbose_name = _("gate")
        verbose_name_plural = _("gates")

    def __str__(self):
        return self.name

    @property
    def purposes(self) -> list[str]:
        """What it asks consent for, each with a box of its own: purposes of the consent log."""
        asked = {"email": self.asks_email, "open_tracking": self.asks_open_tracking}
        return [purpose for purpose, is_asked in asked.items() if is_asked]


class GateQuestion(AbstractFormField):
    """One question of a gate, in the editor's order."""

    gate = ParentalKey(Gate, on_delete=models.CASCADE, related_name="questions")
    field_type = models.CharField(_("kind"), max_length=16, choices=KINDS, default="singleline")
    fills = models.CharField(
        _("fills"),
        max_length=16,
        choices=Fills.choices,
        blank=True,
        help_text=_("What of the contact the answer fills; empty: the answer stays with the form."),
    )

    panels = [
        FieldPanel("label"),
        FieldPanel("help_text"),
        FieldRowPanel([FieldPanel("field_type"), FieldPanel("fills")]),
        FieldPanel("choices"),
        FieldPanel("required"),
    ]

    class Meta(AbstractFormField.Meta):
        verbose_name = _("question")

    def __str__(self):
        return self.label


class GateSubmission(models.Model):
    """What one reader sent through a gate for one piece. Its key is in the links to the files."""

    class State(models.TextChoices):
        TAKEN = "taken", _("Taken")
        HELD = "held", _("Held back")

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    gate = models.ForeignKey(Gate, models.PROTECT, related_name="submissions", db_index=False)
    asset = models.ForeignKey("cms.AssetPage", models.SET_NULL, null=True, related_name="gate_submissions")
    asset_title = models.CharField(max_length=255)
    state = models.CharField(max_length=8, choices=State.choices)
    reasons = models.JSONField(default=list, help_text="Why it looks like spam: keys of `submissions.REASONS`.")
    email = models.EmailField(max_length=254, blank=True, help_text="Empty once it is no longer needed.")
    answers = models.JSONField(default=list, help_text="[{question: id, label, fills, value}], as asked.")
    consents = models.JSONField(default=list, help_text="[{purpose, wording}] of the boxes that were ticked.")
    subject = models.UUIDField(null=True, db_index=True, help_text="Whose it is: the contact's opaque id.")
    made_contact = models.BooleanField(default=False, help_text="Nobody was known under this address before.")
    visitor = models.UUIDField(null=True, db_index=True)
    link_token = models.TextField(blank=True)
    network_key = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the network, for a day.")
    facts = models.JSONField(default=dict, help_text="Of one held back: what the ledger judges by, once released.")
    posted_at = models.DateTimeField()
    mails = models.PositiveSmallIntegerField(default=0, help_text="How often its link was mailed.")
    mailed_at = models.DateTimeField(null=True, help_text="When it was mailed last.")
    proven_at = models.DateTimeField(null=True, help_text="The mailed link was followed where the form was sent.")
    revoked_at = models.DateTimeField(null=True, help_text="Its links to files no longer work.")

    class Meta:
        verbose_name = _("form sent")
        indexes = [
            models.Index(fields=["gate", "state", "-id"], name="submissions_of_gate"),
            models.Index(fields=["network_key", "posted_at"], name="submissions_of_network"),
            models.Index(fields=["email", "posted_at"], name="submissions_of_address"),
            models.Index(fields=["posted_at"], name="submissions_by_time"),
        ]

    def __str__(self):
        return f"{self.email or '–'}: {self.asset_title}"


class GateDay(models.Model):
    """How often a gate's form was opened from a piece on a day."""

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="days", db_index=False)
    asset = models.ForeignKey("cms.AssetPage", models.CASCADE, related_name="+")
    day = models.DateField(db_index=True)
    opened = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gate", "asset", "day"], name="gate_day_once")]
