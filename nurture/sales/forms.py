"""What a salesperson says of an alert."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nurture.sales.models import AlertOutcome, Share

NEEDS_REASON = (AlertOutcome.Outcome.REJECTED,)


class OutcomeForm(forms.Form):
    """Accept, reject with a reason, or back to nurture. Carries the outcome that the person saw before them."""

    outcome = forms.ChoiceField(choices=AlertOutcome.Outcome.choices)
    reason = forms.CharField(required=False, max_length=1000)
    seen = forms.IntegerField(required=False)

    def clean(self):
        """Marketing learns from rejections, so each says why."""
        if self.cleaned_data.get("outcome") in NEEDS_REASON and not self.cleaned_data.get("reason"):
            raise ValidationError(_("Say why you reject it, in a few words: marketing and the rule learn from it."))
        return self.cleaned_data


class ShareForm(forms.Form):
    """How a piece is given, with which words. `ref` was made with the form: sent twice, it is one share."""

    ref = forms.UUIDField(widget=forms.HiddenInput)
    way = forms.ChoiceField(choices=Share.Way.choices)
    subject = forms.CharField(label=gettext_lazy("Subject"), required=False, max_length=200)
    note = forms.CharField(
        label=gettext_lazy("Your words"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )
