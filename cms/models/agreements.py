"""Signal agreements: which pieces, when read, sales and marketing agree to take as a sign of serious interest."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from modelcluster.models import ClusterableModel
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.models import DraftStateMixin, RevisionMixin, WorkflowMixin
from wagtail.search import index

from cms.models.merging import FollowsMergedTopics
from cms.models.pages import AssetPage, Format
from cms.piece_chooser import PieceChooser


class AgreementForm(WagtailAdminModelForm):
    """Asks here what a model's own `clean` cannot: a new agreement has no pieces before it is saved."""

    def clean(self):
        said = super().clean()
        if not any(said.get(name) for name in ("assets", "stage", "topic", "format")):
            raise ValidationError(
                _("Name at least one piece, or a stage, topic or format: else nothing is the signal.")
            )
        return said


class SignalAgreement(
    FollowsMergedTopics, WorkflowMixin, DraftStateMixin, RevisionMixin, index.Indexed, ClusterableModel
):
    """Drafted by marketing, in force once sales has signed a revision and until it expires.

    It names single pieces, or a set by stage, topic and format (all that are filled must match).
    """

    base_form_class = AgreementForm

    name = models.CharField(max_length=120)
    assets = ParentalManyToManyField(AssetPage, blank=True, related_name="agreements", verbose_name=_("pieces"))
    stage = models.ForeignKey("cms.BuyingStage", models.PROTECT, null=True, blank=True)
    topic = models.ForeignKey("cms.Topic", models.PROTECT, null=True, blank=True)
    format = models.CharField(max_length=20, choices=Format.choices, blank=True)
    reason = models.TextField(help_text=_("Why reading this is worth a call, in the words the salesperson will see."))
    opener = models.TextField(blank=True, help_text=_("A sentence to begin the call with."))
    expires_on = models.DateField(null=True, blank=True, help_text=_("Last day in force; empty: until withdrawn."))

    panels = [
        FieldPanel("name"),
        MultiFieldPanel(
            [
                FieldPanel("assets", widget=PieceChooser),
                FieldPanel("stage"),
                FieldPanel("topic"),
                FieldPanel("format"),
            ],
            heading=_("Which pieces are the signal"),
            help_text=_("Choose single pieces, or describe a set: every field that is filled must match."),
        ),
        MultiFieldPanel([FieldPanel("reason"), FieldPanel("opener")], heading=_("For the call")),
        FieldPanel("expires_on"),
    ]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        ordering = ["name"]
        verbose_name = _("signal agreement")

    def __str__(self):
        return self.name


class AgreementSignature(models.Model):
    """Who signed which revision, when. Its own row: an agreement's next draft must not touch it."""

    agreement = models.ForeignKey(SignalAgreement, models.CASCADE, related_name="signatures")
    revision = models.ForeignKey("wagtailcore.Revision", models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    signed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(null=True, blank=True, help_text="When its last day was noted to have passed.")

    class Meta:
        ordering = ["-signed_at"]
        constraints = [models.UniqueConstraint(fields=["agreement", "revision"], name="agreement_revision_signed_once")]
