"""What a reader is asked: two things at most that they were not asked before, and nothing that gives away who is known.

Two things are remembered of a browser that agreed to be recognised: what it answered itself in earlier forms, and, once
its owner is proven (`cms.ports.reader`), what is known of them. A browser in which two people named themselves is a
shared one, and is treated like a stranger's.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from uuid import UUID

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.forms.forms import FormBuilder

from cms import countries, ports
from cms.gates.models import CRITICAL, Fills, Gate, GateQuestion, GateSubmission

AT_ONCE = 2
REMEMBERED = 50  # forms of one browser that are looked at
LONGEST = {Fills.POSTAL_CODE: 20, Fills.PHONE: 40, Fills.STREET: 200, Fills.JOB_TITLE: 160, Fills.COMPANY: 200}
LONGEST_LINE, LONGEST_TEXT = 120, 2000


@dataclass(frozen=True)
class Known:
    """What need not be asked: contact fields and questions; `skipped` were asked and left empty. `email` if proven."""

    fields: frozenset[str] = frozenset()
    answered: frozenset[int] = frozenset()
    skipped: frozenset[int] = frozenset()
    email: str = ""


STRANGER = Known()


def known(request, visitor: UUID | None) -> Known:
    """What is known of who posted this visitor key. A stranger: two queries at most, and nothing."""
    if visitor is None:
        return STRANGER
    told = ports.reader(request)
    rows = GateSubmission.objects.filter(visitor=visitor, state=GateSubmission.State.TAKEN).order_by("-pk")
    before = list(rows.values_list("email", "answers")[:REMEMBERED])
    if len({email for email, _answers in before if email} | ({told["known"]["email"]} if told["key"] else set())) > 1:
        return STRANGER
    said = [answer for _email, answers in before for answer in answers]
    given = [answer for answer in said if answer["value"]]
    return Known(
        fields=frozenset({answer["fills"] for answer in given if answer["fills"]} | set(told["known"])),
        answered=frozenset(answer["question"] for answer in given),
        skipped=frozenset(answer["question"] for answer in said if not answer["value"]),
        email=told["known"].get("email", ""),
    )


def to_ask(gate: Gate, about: Known) -> list[GateQuestion]:
    """The next questions: critical fields first, then in the editor's order; those left empty before come last."""
    left = [
        question
        for question in gate.questions.all()
        if question.pk not in about.answered and question.fills not in (about.fields - {""})
    ]
    return sorted(left, key=lambda one: (one.pk in about.skipped, _rank(one), one.sort_order))[:AT_ONCE]


def chosen(gate: Gate, ids: Iterable[int]) -> list[GateQuestion]:
    """The questions that a form was made with, in its order; one that was deleted meanwhile is left out."""
    by_id = {question.pk: question for question in gate.questions.all()}
    return [by_id[pk] for pk in ids if pk in by_id]


def _rank(question: GateQuestion) -> int:
    return CRITICAL.index(question.fills) if question.fills in CRITICAL else len(CRITICAL)


class _Builder(FormBuilder):
    """Wagtail's fields, with our limits."""

    def create_singleline_field(self, field, options):
        """One line, no longer than what it fills."""
        options["max_length"] = LONGEST.get(field.fills, LONGEST_LINE)
        return forms.CharField(**options)

    def create_multiline_field(self, field, options):
        """Several lines. No max_length: browsers count line ends differently."""
        options |= {"widget": forms.Textarea(attrs={"rows": 4}), "validators": [MaxLengthValidator(LONGEST_TEXT)]}
        return forms.CharField(**options)

    def create_number_field(self, field, options):
        """As many digits as a number has that somebody means."""
        return forms.DecimalField(max_digits=18, **options)

    def create_dropdown_field(self, field, options):
        """Nothing is chosen to begin with. Of countries the two letters are kept."""
        is_country = field.fills == Fills.COUNTRY
        choices = countries.names().items() if is_country else self.get_formatted_field_choices(field)
        options["choices"] = [("", _("Choose …")), *choices]
        return forms.ChoiceField(**options)

    def create_date_field(self, field, options):
        """With the browser's calendar."""
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **options)

    def get_field_options(self, field):
        """Never filled in beforehand. Escaping is the template's work."""
        options = super().get_field_options(field)
        return options | {"help_text": field.help_text, "initial": None}


class BaseGateForm(forms.Form):
    """The address, which is always asked, and a box for each purpose, which nobody has ticked for the reader."""

    email = forms.EmailField(
        label=_("Your mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Give an address: the file is sent there, too."),
            "invalid": _("This is no mail address: it looks like name@example.com."),
        },
    )


@dataclass
class Asking:
    """One form as a reader sees it: its questions, what it asks consent for, and the form itself."""

    questions: list[GateQuestion]
    purposes: list[dict]
    form: forms.Form = field(init=False)

    def bind(self, data=None, email: str = "") -> "Asking":
        """With what was posted, or empty; `email` stands in it for a proven reader."""
        proxies = []
        for question in self.questions:
            proxy = copy(question)
            proxy.clean_name = f"q{question.pk}"
            if question.fills == Fills.COUNTRY:
                proxy.field_type = "dropdown"
            proxies.append(proxy)
        fields = dict(_Builder(proxies).formfields)
        for asked in self.purposes:
            fields[f"consent_{asked['purpose']}"] = forms.BooleanField(required=False, label=asked["words"])
        made = type("GateFormOfReader", (BaseGateForm,), fields)
        self.form = made(data, initial={"email": email}, label_suffix="")
        return self

    @property
    def asked(self):
        """The bound questions, for the template."""
        return [self.form["email"], *(self.form[f"q{question.pk}"] for question in self.questions)]

    @property
    def boxes(self):
        """The bound boxes of consent."""
        return [self.form[f"consent_{asked['purpose']}"] for asked in self.purposes]

    def answers(self) -> list[dict]:
        """What was answered, as `GateSubmission.answers` keeps it. After is_valid()."""
        return [
            {
                "question": question.pk,
                "label": question.label,
                "fills": question.fills,
                "value": _text(self.form.cleaned_data.get(f"q{question.pk}")),
            }
            for question in self.questions
        ]

    def consents(self) -> list[dict]:
        """The boxes that were ticked, with the version of the words that stood beside them."""
        ticked = [asked for asked in self.purposes if self.form.cleaned_data.get(f"consent_{asked['purpose']}")]
        return [{"purpose": asked["purpose"], "wording": asked["version"]} for asked in ticked]


def purposes(gate: Gate, versions: dict[str, str] | None = None) -> list[dict]:
    """What the gate asks consent for, as it is worded now.

    `versions` (purpose -> version) is what a form was made with: a box whose words have changed since is not counted.
    """
    asked = [one for one in ports.consent_questions() if one["purpose"] in gate.purposes]
    return asked if versions is None else [one for one in asked if versions.get(one["purpose"]) == one["version"]]


def words_of(consents: list[dict[str, str]]) -> list[dict]:
    """The purposes that were ticked in a form, as they are worded now; none whose words have changed since."""
    ticked = {(one["purpose"], one["wording"]) for one in consents}
    return [one for one in ports.consent_questions() if (one["purpose"], one["version"]) in ticked]


def _text(value) -> str:
    if value is None:
        return ""
    return ", ".join(value) if isinstance(value, list) else str(value).strip()
