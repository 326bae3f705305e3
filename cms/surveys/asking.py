"""A survey as a form for its readers, by Wagtail's form builder."""

import math
from collections import OrderedDict

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.forms.forms import BaseForm, FormBuilder

from cms.surveys.models import Question, Survey

LONGEST_LINE, LONGEST_TEXT = 255, 3000
SCALE = range(1, 6)
MUST = _("Please answer this one.")


class SurveyFormBuilder(FormBuilder):
    """The builder's fields, with names that do not change when a question is worded anew."""

    def create_singleline_field(self, field, options):
        """One line."""
        return forms.CharField(max_length=LONGEST_LINE, **options)

    def create_multiline_field(self, field, options):
        """Several lines."""
        return forms.CharField(widget=forms.Textarea, max_length=LONGEST_TEXT, **options)

    def create_radio_field(self, field, options):
        """One of the answers."""
        choices = self.get_formatted_field_choices(field)
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)

    def create_checkboxes_field(self, field, options):
        """Any of the answers."""
        choices = self.get_formatted_field_choices(field)
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **options)

    def create_scale_field(self, field, options):
        """One to five."""
        choices = [(str(n), str(n)) for n in SCALE]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)

    def create_number_field(self, field, options):
        """A number that can be reckoned with."""
        return FiniteField(widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}), **options)

    def get_formatted_field_choices(self, field):
        """One a line; a comma may stand inside an answer."""
        return [(line, line) for line in field.lines]

    def get_field_options(self, field):
        """Label, help and whether it must be answered; nothing is filled in for the reader."""
        messages = {"required": MUST, "invalid_choice": _("Choose one of the answers.")}
        return {
            "label": field.label,
            "help_text": field.help_text,
            "required": field.required,
            "error_messages": messages,
        }

    @property
    def formfields(self):
        """{name: field} in the order of the questions."""
        make = self.get_create_field_function
        return OrderedDict(
            (name_of(question), make(question.field_type)(question, self.get_field_options(question)))
            for question in self.fields
        )


class FiniteField(forms.FloatField):
    """Not infinite, and not so large that sums lose what they add."""

    def validate(self, value):
        """Refuse what no reader means."""
        super().validate(value)
        if value is not None and (not math.isfinite(value) or abs(value) >= 1e12):
            raise forms.ValidationError(_("Give a number below a million million."))


def name_of(question: Question) -> str:
    """The name of its field."""
    return f"q{question.pk}"


def form_for(survey: Survey, data=None) -> forms.Form:
    """The survey's form. Each bound field carries its `question`, for the template. One query."""
    questions = list(survey.questions.all())
    form_class = type("ReaderForm", (BaseForm,), SurveyFormBuilder(questions).formfields)
    form = form_class(data, auto_id="id_%s")
    form.asked = [(question, form[name_of(question)]) for question in questions]
    return form
