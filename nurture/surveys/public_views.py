"""/surveys/answer/TOKEN/: the link in a mail that asks to answer a survey. Opening it changes nothing."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cms.feedback import readers
from cms.models import Survey
from cms.surveys import answering, views
from cms.surveys.answering import Answerer
from cms.surveys.asking import form_for
from nurture.mail.models import Delivery
from nurture.surveys import waves
from nurture.surveys.models import SurveyWave
from tracking import tokens


# The signed token in the address is what proves whose mail led here; there is no session.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_mail(request, token: str):
    """The survey, answered as who the mail went to; a test's link shows it and keeps nothing."""
    try:
        payload = tokens.read("survey", token)
        ref, survey_id = UUID(payload["r"]), int(payload["s"])
    except (tokens.BadToken, KeyError, TypeError, ValueError):
        return views.refused(request, 404, _("The link is not whole. Copy all of it out of the mail."))
    survey = get_object_or_404(Survey, pk=survey_id)
    delivery = Delivery.objects.filter(ref=ref).select_related("contact").first()
    wave = waves.of_delivery(delivery) if delivery else None
    if wave is None or delivery.contact is None or wave.survey_id != survey.pk:
        note = _("This link is from a test, or from a mail that is nobody's any more: nothing can be sent from here.")
        return views.shown(request, survey, "preview", form=form_for(survey), note=note)
    return _answered(request, survey, wave, delivery)


def _answered(request, survey: Survey, wave: SurveyWave, delivery: Delivery):
    contact = delivery.contact
    key = readers.key_of_subject(contact.subject)
    own = {
        "is_personal": True,
        "note": _("What you send is kept with the address that this link was mailed to."),
        "elsewhere": reverse("survey", args=[survey.slug]),
    }
    if request.method == "POST":
        return views.take(request, survey, lambda _asset: _answerer(request, wave, delivery, key), **own)
    if request.GET.get("answered") == "1":
        return views.shown(request, survey, "thanks", is_personal=True)
    if answering.has_answered(survey, key, wave.number):
        return views.shown(request, survey, "answered", is_personal=True)
    return views.ask(request, survey, **own)


def _answerer(request, wave: SurveyWave, delivery: Delivery, key: str) -> Answerer:
    contact = delivery.contact
    return Answerer(
        reader_key=key,
        round=wave.number,
        subject=contact.subject,
        stage_id=contact.stage_id,
        persona_id=contact.persona_id,
        mail_ref=delivery.ref,
        network_key=readers.network_key(request),
        request_facts=readers.request_facts(request),
    )
