"""One question that readers answer with one tap, now and then, in place of an offer."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.models import Orderable

FEWEST_OPTIONS = 2


class PollForm(WagtailAdminModelForm):
    """Answers mean what was asked: once there are some, question and options stand."""

    def clean(self):
        """Two options at least, and no changed words under answers that were given to others."""
        cleaned = super().clean()
        options = self.formsets.get("options")
        if options is None:
            return cleaned
        kept = [form for form in options.forms if form not in options.deleted_forms and form.has_changed()]
        kept += [form for form in options.initial_forms if form not in kept and form not in options.deleted_forms]
        if len(kept) < FEWEST_OPTIONS:
            self.add_error(None, _("Give at least two answers to choose from."))
        is_answered = self.instance.pk and self.instance.answers.exists()
        if is_answered and (options.has_changed() or "question" in self.changed_data):
            self.add_error(None, _("Readers have answered: close this poll and make a new one to ask otherwise."))
        return cleaned


class Poll(ClusterableModel):
    """A question under pieces: all, or those of a stage or topic. Shown while it is open, the newest one first."""

    question = models.CharField(max_length=200)
    stage = models.ForeignKey(
        "cms.BuyingStage", models.SET_NULL, null=True, blank=True, related_name="+", help_text=_("Empty: all stages.")
    )
    topic = models.ForeignKey(
        "cms.Topic", models.SET_NULL, null=True, blank=True, related_name="+", help_text=_("Empty: all topics.")
    )
    is_open = models.BooleanField(_("open"), default=True)
    closes_on = models.DateField(null=True, blank=True, help_text=_("Last day; empty: until somebody closes it."))
    base_form_class = PollForm

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("poll")
        verbose_name_plural = _("polls")

    def __str__(self):
        return self.question


class PollOption(Orderable):
    """One of the answers to choose from."""

    poll = ParentalKey(Poll, on_delete=models.CASCADE, related_name="options")
    text = models.CharField(_("answer"), max_length=100)

    class Meta(Orderable.Meta):
        pass

    def __str__(self):
        return self.text


class PollAnswer(models.Model):
    """What one reader answered, and for which stage the piece was that they read: changeable, counted once."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="answers")
    option = models.ForeignKey(PollOption, models.CASCADE, related_name="answers")
    asset = models.ForeignKey("cms.AssetPage", models.SET_NULL, null=True, related_name="+")
    stage = models.ForeignKey("cms.BuyingStage", models.SET_NULL, null=True, related_name="+")
    persona = models.ForeignKey(
        "cms.Persona",
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The reader's where known, else the only one that the piece is for.",
    )
    reader_key = models.CharField(max_length=64, help_text="HMAC of what tells this reader apart; never an address.")
    network_key = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the network, for a day.")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "reader_key"], name="one_answer_a_reader")]
        indexes = [
            models.Index(fields=["network_key", "answered_at"], name="answers_of_network"),
            models.Index(fields=["answered_at"], name="answers_by_time"),
        ]
