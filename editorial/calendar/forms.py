"""Forms of the calendar: an entry, its move to another day, and giving it up."""

from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput

from cms import clock
from cms.models import User
from cms.policies import WRITERS
from editorial import places
from editorial.calendar import moves
from editorial.models import Entry
from editorial.schedule import BY_HAND

ENTRYS = ("step", "assignee", "title")  # what else of an entry is changed where it is moved
LAST_DAY = date(2199, 12, 24)  # as far as the calendar goes: a week later is still in it


class DayInput(forms.DateInput):
    """The browser's own date field: every keyboard and screen reader knows it."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


def writers():
    """Whom an entry can be given to, by name."""
    people = User.objects.filter(is_active=True, groups__name__in=WRITERS)
    return people.distinct().order_by("first_name", "username")


class EntryForm(forms.ModelForm):
    """An entry. A title is enough to begin with."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(label=_("Why all the same"), max_length=200, required=False)
    note = forms.CharField(
        label=_("Note on this change"), required=False, max_length=200, help_text=_("The history keeps it.")
    )
    unready: list[str] = []  # questions of the brief that hinder the step asked for

    class Meta:
        model = Entry
        fields = [
            "title", "question", "stage", "personas", "topics", "format", "approach", "length", "medium", "shelf_life",
            "due_on", "review_on", "step", "assignee", "campaign", "call_to_action", "notes",
        ]  # fmt: skip
        widgets = {
            "due_on": DayInput,
            "review_on": DayInput,
            "question": AdminAutoHeightTextInput(attrs={"rows": 1}),
            "notes": AdminAutoHeightTextInput(attrs={"rows": 2}),
            "personas": forms.CheckboxSelectMultiple,
            "topics": forms.CheckboxSelectMultiple,
        }
        help_texts = {
            "title": _("A working title; the readers will see the page's own."),
            "question": _("The question in the reader's head that this piece answers."),
            "stage": _("Where the reader stands when this helps them."),
            "personas": _("For whom. Leave empty when you do not know yet."),
            "call_to_action": _("What the reader should do next."),
        }
        labels = {"due_on": _("Planned for"), "stage": _("Buying stage"), "campaign": _("Campaign")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        self.fields["assignee"].queryset = writers()
        step = self.instance.step
        steps = BY_HAND if step in BY_HAND else (step, *BY_HAND)
        self.fields["step"].choices = [(key, Entry.Step(key).label) for key in steps]
        self.fields["step"].disabled = step in (Entry.Step.PUBLISHED, Entry.Step.SCHEDULED)

    def values(self) -> dict:
        """What the person wrote, for `schedule.revise`."""
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class MoveForm(forms.Form):
    """Another day for a date, picked or by one of the quick buttons; or another step. `steps`: of the work, which go
    along: "all", or as `series.say_steps` says them."""

    day = forms.DateField(label=_("Move to"), widget=DayInput, required=False)
    pick = forms.ChoiceField(
        choices=[
            ("day", _("One day later")), ("week", _("One week later")), ("free", _("Next free day")),
            ("up", _("Earlier in the day")), ("down", _("Later in the day")), ("none", _("No day yet")),
        ],
        required=False,
    )  # fmt: skip
    after = forms.IntegerField(required=False, min_value=0, max_value=10**18)
    step = forms.ChoiceField(choices=Entry.Step.choices, required=False)
    steps = forms.CharField(required=False, max_length=20_000)
    assignee = forms.CharField(required=False, max_length=18)
    title = forms.CharField(required=False, max_length=200)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=200, help_text=_("One line on why; the history keeps it.")
    )
    sure = forms.BooleanField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(required=False, max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, stands_on: date | None, may_wait: bool, may_be_placed: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.stands_on = stands_on
        out = ("none",) * (not may_wait) + ("up", "down") * (not may_be_placed)
        self.fields["pick"].choices = [one for one in self.fields["pick"].choices if one[0] not in out]
        if not may_wait:
            for name in ENTRYS:
                del self.fields[name]

    def clean_note(self):
        return " ".join(self.cleaned_data["note"].split())

    def clean_assignee(self):
        """A colleague who writes, NOBODY, or "" where nobody was asked for."""
        key = self.cleaned_data["assignee"]
        if key in ("", moves.NOBODY):
            return key
        found = writers().filter(pk=key).first() if key.isdecimal() else None
        if found is None:
            raise forms.ValidationError(_("Choose somebody who writes here."))
        return found

    def clean(self):
        """`day` becomes the day asked for, None for no day. An empty date without a button is a slip, not a wish."""
        cleaned = super().clean()
        pick = cleaned.get("pick")
        if pick in ("day", "week"):
            start = self.stands_on or timezone.localdate(clock.now())
            cleaned["day"] = min(start, LAST_DAY) + timedelta(days=1 if pick == "day" else 7)
        elif pick == "free":
            start = self.stands_on or timezone.localdate(clock.now()) - timedelta(days=1)
            cleaned["day"] = places.next_free(min(start, LAST_DAY - timedelta(days=places.LOOKED_AT)))
        elif pick == "none":
            cleaned["day"] = None
        asks_else = pick or any(cleaned.get(name) for name in ENTRYS)
        if not (self.errors or asks_else) and "day" in cleaned and cleaned["day"] is None:
            self.add_error("day", _("Choose a day, or press “No day yet”."))
        return cleaned


class DropForm(forms.Form):
    reason = forms.CharField(label=_("Why"), required=False, max_length=200, help_text=_("Kept in the history."))
    version = forms.IntegerField(widget=forms.HiddenInput)
