"""The form of a new wave: which mail, to whom."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cms.models import BuyingStage, Persona, Topic
from nurture.contacts.audience import Choice
from nurture.mail.models import EmailTemplate


def _several(queryset, label: str):
    return forms.ModelMultipleChoiceField(
        queryset, label=label, required=False, widget=forms.CheckboxSelectMultiple, help_text=_("None ticked: all.")
    )


class WaveForm(forms.Form):
    """An audience and a mail. Carries its number, so that pressing twice sends once."""

    template = forms.ModelChoiceField(
        EmailTemplate.objects.filter(live=True),
        label=_("Mail"),
        help_text=_("A published mail template with a link to {{ survey.url }}."),
    )
    stages = _several(BuyingStage.objects.all(), _("At these buying stages"))
    personas = _several(Persona.objects.all(), _("Of these personas"))
    topics = _several(
        Topic.objects.all(), _("Interested in these topics: who said so, or read about them in the last half year")
    )
    skip_answered = forms.BooleanField(
        label=_("Leave out who has answered this survey by mail before"), required=False, initial=True
    )
    number = forms.IntegerField(min_value=1, max_value=10**6, widget=forms.HiddenInput)

    def choice(self) -> Choice:
        """What was chosen, by primary keys."""
        said = self.cleaned_data
        keys = {name: tuple(one.pk for one in said[name]) for name in ("stages", "personas", "topics")}
        return Choice(**keys, skip_answered=said["skip_answered"])
