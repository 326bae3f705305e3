"""The expert's page behind their link: public, for the one person who has it; GET changes nothing."""

from django import forms
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from editorial import interviews
from editorial.approval_views import BySecret
from editorial.brief_views import LONGEST, typed
from editorial.models import Quote
from editorial.schedule import Refused


class VerdictForm(forms.Form):
    quote = forms.IntegerField(min_value=1, max_value=10**18)
    verdict = forms.ChoiceField(choices=Quote.Verdict.choices)
    correction = forms.CharField(label=gettext_lazy("Your wording"), required=False, max_length=1000)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("verdict") == Quote.Verdict.CORRECTED and not cleaned.get("correction"):
            self.add_error("correction", gettext_lazy("Say it as you want to be quoted."))
        return cleaned


class ExpertView(BySecret, TemplateView):
    """GET shows questions and quotes; POST `do=answer` keeps `answer-KEY` (over `before-KEY`), `do=judge` a verdict."""

    find = interviews.find
    template_name = "editorial/expert.html"

    def get_context_data(self, **kwargs):
        questions, quotes = self.asked.questions.all(), self.asked.quotes.all()
        return super().get_context_data(**kwargs) | {
            "interview": self.asked,
            "closed": interviews.why_closed(self.asked),
            "questions": [(one, kwargs.get("typed", {}).get(one.pk, one.answer)) for one in questions],
            "quotes": quotes,
            "is_kept": "kept" in self.request.GET,
        }

    def post(self, request, secret):
        try:
            wrong = self.judge() if request.POST.get("do") == "judge" else self.answer()
        except Refused as error:
            self.__dict__.pop("asked")
            shown = {"wrong": str(error), "typed": {pk: text for pk, (text, _before) in self.answers().items()}}
            return self.render_to_response(self.get_context_data(**shown), status=409)
        if wrong:
            return self.render_to_response(self.get_context_data(**wrong), status=400)
        return redirect(f"{request.path}?kept=1")

    def answers(self) -> interviews.Answers:
        """What the form says to each question that it had."""
        said = self.request.POST
        keys = self.asked.questions.values_list("pk", flat=True)
        return {
            pk: (typed(said, f"answer-{pk}").strip()[:LONGEST], typed(said, f"before-{pk}"))
            for pk in keys
            if f"answer-{pk}" in said
        }

    def answer(self):
        interviews.answer(self.asked, self.answers())

    def judge(self):
        form = VerdictForm(self.request.POST)
        if not form.is_valid():
            words = " ".join(error for errors in form.errors.values() for error in errors)
            return {"wrong": words or _("Choose what may become of it."), "corrected": form.data.get("quote")}
        asked = form.cleaned_data
        interviews.judge(self.asked, asked["quote"], verdict=asked["verdict"], correction=asked["correction"])
        return None
