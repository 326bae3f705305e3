"""What those who plan do with an entry's interviews, on the screen of its work."""

from django import forms
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminAutoHeightTextInput

from editorial import interviews
from editorial.keys import one_of
from editorial.models import Interview


class ExpertForm(forms.ModelForm):
    questions = forms.CharField(
        label=gettext_lazy("Questions"), max_length=8000, widget=AdminAutoHeightTextInput(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line."),
    )  # fmt: skip

    class Meta:
        model = Interview
        fields = ["name", "role", "email"]
        labels = {"email": gettext_lazy("E-mail")}


class QuoteForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Quote, as it will be published"), max_length=1000)


class InterviewVerbs:
    """For the work's view, which has `entry` and `request`: verbs that give the form that was wrong, if one was."""

    interview_verbs = ("ask_expert", "quote", "resend", "revoke")

    def ask_expert(self, said):
        form = ExpertForm(said)
        if not form.is_valid():
            return {"expert": form}
        asked = form.cleaned_data | {"questions": form.cleaned_data["questions"].splitlines()}
        interviews.ask(self.entry, user=self.request.user, **asked)
        return None

    def quote(self, said):
        form = QuoteForm(said)
        if not form.is_valid():
            return {"quote": form}
        interviews.quote(self.interview(said), form.cleaned_data["text"], user=self.request.user)
        return None

    def resend(self, said):
        interviews.resend(self.interview(said), user=self.request.user)

    def revoke(self, said):
        interviews.revoke(self.interview(said), user=self.request.user)

    def interview(self, said) -> Interview:
        """The one of this entry that the form names. Raises Http404."""
        return one_of(self.entry.interviews.all(), said.get("interview"))
