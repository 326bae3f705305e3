"""The editor of a survey: what is asked must be answerable, and answers mean what was asked."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

FEWEST_CHOICES = 2
MOST_QUESTIONS = 30
LONGEST_CHOICE = 255
# Once somebody has answered, these and the questions stand: the answers were given to them.
FIXED = ("purpose", "consent_wording")


class SurveyForm(WagtailAdminModelForm):
    """Checks the questions, and keeps those that were answered as they are."""

    def clean(self):
        """Dates in order, one question at least, choices where they are chosen from, nothing changed once answered."""
        cleaned = super().clean()
        opens, closes = cleaned.get("opens_on"), cleaned.get("closes_on")
        if opens and closes and closes < opens:
            self.add_error("closes_on", _("The last day is before the first one."))
        questions = self.formsets.get("questions")
        if questions is None:
            return cleaned
        self._check_questions(questions)
        if self.instance.pk and self.instance.answer_sets.exists():
            self._keep_what_was_answered(questions)
        return cleaned

    def _check_questions(self, questions) -> None:
        kept = [form for form in questions.forms if form not in questions.deleted_forms]
        kept = [form for form in kept if form.instance.pk or form.has_changed()]
        if not kept:
            self.add_error(None, _("Ask at least one question."))
        if len(kept) > MOST_QUESTIONS:
            self.add_error(None, _("Thirty questions are the most. Nobody answers more; make two surveys."))
        for form in kept:
            if form.is_valid():
                _check(form)

    def _keep_what_was_answered(self, questions) -> None:
        if questions.has_changed() or set(FIXED) & set(self.changed_data):
            self.add_error(
                None,
                _(
                    "Readers have answered, so the questions, the purpose and what they agreed to stand as they were "
                    "asked. To ask otherwise, use “New version” on the page of results: it starts as a copy of this."
                ),
            )


def _check(form) -> None:
    """The mistakes of one question, at the field that they are about."""
    kind, said = form.cleaned_data.get("field_type"), form.cleaned_data
    lines = list(dict.fromkeys(line.strip() for line in said.get("choices", "").splitlines() if line.strip()))
    is_choice = kind in ("radio", "checkboxes")
    if is_choice and len(lines) < FEWEST_CHOICES:
        form.add_error("choices", _("Give at least two answers to choose from, one a line."))
    if any(len(line) > LONGEST_CHOICE for line in lines):
        form.add_error("choices", _("An answer to choose from is at most 255 characters long."))
    if kind == "scale" and len(lines) not in (0, 2):
        form.add_error("choices", _("A scale has two ends: give a line for each, or none."))
    if said.get("tells") and not is_choice:
        form.add_error("tells", _("Only answers that are chosen from a list can tell that."))
