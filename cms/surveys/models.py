"""Surveys: several questions to readers, and what they answered. Built with the fields of Wagtail's form builder."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.contrib.forms.models import AbstractFormField

from cms import clock
from cms.surveys.editing import SurveyForm


class Survey(ClusterableModel):
    """Questions with a place of their own on the site, asked by mail or under pieces (`cms/surveys/`)."""

    title = models.CharField(max_length=160)
    slug = models.SlugField(unique=True, help_text=_("The address: /surveys/this-part/."))
    intro = models.TextField(_("introduction"), help_text=_("Why you ask, and how long it takes."))
    thanks = models.TextField(_("thank-you"), blank=True, help_text=_("Shown after the last question was sent."))
    purpose = models.TextField(
        help_text=_("What the answers are used for; stands above the button."), default="", blank=False
    )
    consent_wording = models.CharField(
        _("what they agree to"),
        max_length=300,
        help_text=_("One sentence beside the button, in the reader's own voice; its version is kept with each answer."),
    )
    is_open = models.BooleanField(_("open"), default=False, help_text=_("Readers can answer it."))
    opens_on = models.DateField(_("first day"), null=True, blank=True)
    closes_on = models.DateField(_("last day"), null=True, blank=True)
    is_offered = models.BooleanField(
        _("offer it under pieces"), default=False, help_text=_("In place of a poll, while it is open.")
    )
    stage = models.ForeignKey(
        "cms.BuyingStage", models.SET_NULL, null=True, blank=True, related_name="+", help_text=_("Empty: all stages.")
    )
    topic = models.ForeignKey(
        "cms.Topic", models.SET_NULL, null=True, blank=True, related_name="+", help_text=_("Empty: all topics.")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    repeats_yearly = models.BooleanField(
        _("remind me every year"), default=True, help_text=_("The owner gets a mail when it is time to ask again.")
    )
    earlier = models.ForeignKey("self", models.SET_NULL, null=True, editable=False, related_name="later")
    asked_at = models.DateTimeField(default=clock.now, editable=False, help_text="When it was made or mailed last.")
    reminded_at = models.DateTimeField(null=True, editable=False)
    base_form_class = SurveyForm

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        """Its page on the public site."""
        return f"/surveys/{self.slug}/"


class Question(AbstractFormField):
    """One question. `choices` holds one answer a line; of a scale the words at its two ends."""

    class Kind(models.TextChoices):
        LINE = "singleline", _("One line of text")
        TEXT = "multiline", _("Text")
        ONE = "radio", _("One of several answers")
        SEVERAL = "checkboxes", _("Several of the answers")
        SCALE = "scale", _("A scale from 1 to 5")
        NUMBER = "number", _("A number")

    class Tells(models.TextChoices):
        NOTHING = "", _("Nothing but itself")
        PERSONA = "persona", _("Which persona they are")
        TOPIC = "topic", _("Which topics interest them")

    survey = ParentalKey(Survey, on_delete=models.CASCADE, related_name="questions")
    label = models.CharField(_("question"), max_length=255)
    field_type = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.ONE)
    choices = models.TextField(
        _("answers to choose from"),
        blank=True,
        help_text=_("One a line. For a scale: the words at its two ends."),
    )
    required = models.BooleanField(_("must be answered"), default=False)
    tells = models.CharField(_("the answer tells"), max_length=8, choices=Tells.choices, blank=True)

    class Meta(AbstractFormField.Meta):
        ordering = ["sort_order", "pk"]

    def __str__(self):
        return self.label

    @property
    def lines(self) -> list[str]:
        """The answers to choose from, in their order, each once."""
        return list(dict.fromkeys(line.strip() for line in self.choices.splitlines() if line.strip()))

    @property
    def is_choice(self) -> bool:
        """Is it answered by choosing of a list?"""
        return self.field_type in (self.Kind.ONE, self.Kind.SEVERAL)

    @property
    def is_text(self) -> bool:
        """Is it answered in the reader's own words?"""
        return self.field_type in (self.Kind.LINE, self.Kind.TEXT)


class Meaning(models.Model):
    """What choosing an answer says of who chooses it: a persona, or a topic of interest."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="meanings")
    choice = models.CharField(max_length=255)
    persona = models.ForeignKey("cms.Persona", models.CASCADE, null=True, related_name="+")
    topic = models.ForeignKey("cms.Topic", models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "choice"], name="one_meaning_a_choice")]

    @property
    def tells(self) -> str:
        """Of which kind it is. Its question may have been changed since, to tell something else."""
        return Question.Tells.PERSONA if self.persona_id else Question.Tells.TOPIC

    @property
    def is_stale(self) -> bool:
        """Has its question no such answer any more, or tells something else?"""
        question = self.question
        return not (question.is_choice and self.tells == question.tells and self.choice in question.lines)


class AnswerSet(models.Model):
    """What one reader answered, and their stage and persona as they were then. Once a reader and round."""

    survey = models.ForeignKey(Survey, models.PROTECT, related_name="answer_sets")
    round = models.BigIntegerField(default=0, help_text="The wave of mails it answers; 0: found on the site.")
    reader_key = models.CharField(max_length=64, help_text="HMAC of what tells this reader apart; never an address.")
    subject = models.UUIDField(null=True, help_text="Whose mail led here: a contact's opaque id, forgotten with them.")
    stage = models.ForeignKey("cms.BuyingStage", models.SET_NULL, null=True, related_name="+")
    persona = models.ForeignKey("cms.Persona", models.SET_NULL, null=True, related_name="+")
    asset = models.ForeignKey("cms.AssetPage", models.SET_NULL, null=True, related_name="+")
    wording = models.CharField(max_length=40, help_text="Version of what was agreed to.")
    network_key = models.CharField(max_length=64, blank=True, help_text="Keyed hash of the network, for a day.")
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "round", "reader_key"], name="one_answer_set_a_reader")
        ]
        indexes = [
            models.Index(fields=["network_key", "answered_at"], name="answer_sets_of_network"),
            models.Index(fields=["answered_at"], name="answer_sets_by_time"),
            models.Index(fields=["subject"], name="answer_sets_of_subject", condition=models.Q(subject__isnull=False)),
            models.Index(fields=["reader_key"], name="answer_sets_of_reader"),
            models.Index(fields=["persona", "survey"], name="answer_sets_of_persona"),
        ]


class Answer(models.Model):
    """One answer to one question; of several chosen answers each is a row."""

    answer_set = models.ForeignKey(AnswerSet, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    text = models.TextField(blank=True, help_text="The chosen answer, or the reader's own words.")
    number = models.FloatField(null=True, help_text="Of a scale or a number.")

    class Meta:
        indexes = [models.Index(fields=["question", "-id"], name="answers_of_question")]
