"""The pages behind an approval link: public, for the one person who has it; GET changes nothing."""

from django import forms
from django.http import Http404
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView

from editorial import approvals
from editorial.models import Approval
from editorial.schedule import Refused


class AnswerForm(forms.Form):
    verdict = forms.ChoiceField(choices=Approval.Verdict.choices)
    comment = forms.CharField(
        label=gettext_lazy("Your comment"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("verdict") == Approval.Verdict.CHANGES and not cleaned.get("comment"):
            self.add_error("comment", gettext_lazy("Say what should change."))
        return cleaned


class BySecret(View):
    """What pages behind such a link share: the secret names one row, and stays between us and the reader."""

    find = None  # the verb that finds it: find(secret) -> row or None

    @cached_property
    def asked(self):
        """What the link is about. Raises Http404 for a guess."""
        found = type(self).find(self.kwargs["secret"])
        if found is None:
            raise Http404
        return found

    def dispatch(self, request, *args, **kwargs):
        answer = super().dispatch(request, *args, **kwargs)
        patch_cache_control(answer, private=True, no_store=True)
        answer["Referrer-Policy"], answer["X-Robots-Tag"] = "same-origin", "noindex"
        return answer


class ByLink(BySecret):
    find = approvals.find

    @property
    def approval(self) -> Approval:
        return self.asked


class ApproveView(ByLink, FormView):
    """The question, the text in a frame, and two buttons."""

    form_class = AnswerForm
    template_name = "editorial/approve.html"

    def get_context_data(self, **kwargs):
        closed = approvals.why_closed(self.approval)
        return super().get_context_data(**kwargs) | {"approval": self.approval, "closed": closed}

    def form_valid(self, form):
        try:
            approvals.answer(self.approval, **form.cleaned_data)
        except Refused:
            self.__dict__.pop("asked")
            return self.render_to_response(self.get_context_data(form=form), status=409)
        return redirect(self.request.path)


class TextView(ByLink):
    """The revision itself, as readers would see it; only while the link is open."""

    http_method_names = ["get", "head"]

    def get(self, request, secret):
        if approvals.why_closed(self.approval):
            raise Http404
        page = self.approval.revision.as_object()
        response = page.make_preview_request(request, page.default_preview_mode)
        # A preview went through all middleware, which keeps every page out of every frame.
        response["X-Frame-Options"] = "SAMEORIGIN"
        return response


text_view = TextView.as_view()
