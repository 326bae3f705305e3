"""What a reader may choose: the address, how often, which topics."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cms.models import Topic
from nurture.subscriptions.models import Subscription


class ChoiceForm(forms.Form):
    """How often, and about what; no topic is every topic."""

    cadence = forms.ChoiceField(
        label=_("How often"),
        choices=Subscription.Cadence.choices,
        initial=Subscription.Cadence.WEEKLY,
        widget=forms.RadioSelect,
    )
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.all(), label=_("Topics"), required=False, widget=forms.CheckboxSelectMultiple
    )


class SubscribeForm(ChoiceForm):
    """The same with the address."""

    email = forms.EmailField(
        label=_("Your mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Give the address that we should write to."),
            "invalid": _("This is no mail address: it looks like name@example.com."),
        },
    )
