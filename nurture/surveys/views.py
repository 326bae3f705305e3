"""Sending a survey by mail: choose, see how many and what it looks like, try it on oneself, send."""

from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages

from cms import policy
from cms.models import Survey
from nurture.mail import asking, previews
from nurture.mail.merge import SourceError
from nurture.mail.render import RenderError
from nurture.surveys import waves
from nurture.surveys.forms import WaveForm


@policy.require("survey.send")
def new_wave(request, pk: int):
    """GET asks; POST counts ("look"), mails oneself ("test") or starts the sending ("send")."""
    survey = get_object_or_404(Survey, pk=pk)
    if request.method != "POST":
        return _page(request, survey, WaveForm(initial={"number": waves.next_number(survey)}))
    form = WaveForm(request.POST)
    if not form.is_valid():
        return _page(request, survey, form)
    if request.POST.get("do") == "test":
        _test(request, survey, form)
    elif request.POST.get("do") == "send":
        try:
            wave = waves.start(survey, form.cleaned_data["template"], form.choice(), _number(form), request.user)
        except waves.CannotSend as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("It is being sent. This page shows how far it is; you may leave it."))
            return redirect("jobs:detail", wave.job_id) if wave.job_id else redirect("surveys:results", pk)
    return _page(request, survey, form, with_reach=True)


def _number(form: WaveForm) -> int:
    return form.cleaned_data["number"]


def _test(request, survey: Survey, form: WaveForm) -> None:
    """The mail as it is published, to oneself; its link shows the survey and keeps nothing."""
    template = form.cleaned_data["template"]
    if not request.user.email:
        messages.error(request, _("Your account has no mail address; enter one under “Account”."))
        return
    try:
        previews.send_test(template, request.user, None, asking.survey_values(survey))
        messages.success(request, _("A test is on its way to %s.") % request.user.email)
    except (SourceError, RenderError) as error:
        messages.error(request, str(error))


def _page(request, survey: Survey, form: WaveForm, *, with_reach: bool = False):
    title = _("Send by mail")
    template = form.cleaned_data.get("template") if form.is_bound and form.is_valid() else None
    context = {
        "page_title": title,
        "header_title": title,
        "header_icon": "mail",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("surveys:index"), "label": _("Surveys")},
            {"url": reverse("surveys:results", args=[survey.pk]), "label": survey.title},
            {"url": "", "label": title},
        ],
        "survey": survey,
        "form": form,
        "reach": waves.reach(survey, form.choice()) if with_reach and template else None,
        "problem": waves.why_not(survey, template) if template else "",
        "has_templates": form.fields["template"].queryset.exists(),
    }
    return TemplateResponse(request, "nurture/surveys/wave.html", context)
