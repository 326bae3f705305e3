"""The public page of a survey: /surveys/SLUG/. Works without scripts, sets no cookie; GET changes nothing."""

from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cms import clock, keys, ports
from cms.feedback import limits, readers
from cms.feedback.ratings import BadToken
from cms.feedback.views import LONGEST_LINK_TOKEN, length, rateable
from cms.surveys import answering
from cms.surveys.answering import AnsweredError, Answerer
from cms.surveys.asking import form_for
from cms.surveys.models import Survey

LONGEST_BODY = 128 * 1024
MODES = ("ask", "thanks", "answered", "early", "closed", "preview")


class Refusal(Exception):
    """Why a set of answers cannot be taken, for the reader."""

    def __init__(self, status: int, why: str):
        super().__init__(why)
        self.status, self.why = status, why


# The form's own token, made by us and bound to the survey, stands in for the CSRF cookie: readers get no cookie.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request, slug: str):
    """The questions, or why there are none to answer now."""
    survey = get_object_or_404(Survey, slug=slug)
    if not survey.is_open and not survey.answer_sets.exists():
        raise Http404("A draft is nobody's business.")
    if request.method == "POST":
        return take(request, survey, lambda asset_id: of_request(request, asset_id))
    if request.GET.get("answered") == "1" and not is_early(survey):
        return shown(request, survey, "thanks")
    return ask(request, survey, keys.number(request.GET.get("from", "")))


def ask(request, survey: Survey, asset_id: int = 0, *, form=None, why: str = "", **own):
    """The survey as its reader sees it now: open, not yet or no longer. `own` goes to the page as it is."""
    if not answering.open_ones().filter(pk=survey.pk).exists():
        return not_open(request, survey)
    context = {"form": form or form_for(survey), "token": answering.sign(survey.pk, asset_id), "why": why, **own}
    return shown(request, survey, "ask", status=422 if form is not None else 200, **context)


def take(request, survey: Survey, answerer, **own):
    """Store what was posted and lead on to the thank-you. `answerer(asset_id)` says who answers; `own` as in `ask`."""
    request.encoding = "utf-8"  # as our form sends it, whatever the request calls itself
    try:
        asset_id = _asset_of(request, survey)
        if not answering.open_ones().filter(pk=survey.pk).exists():
            return not_open(request, survey)
        form = form_for(survey, request.POST)
        if not form.is_valid():
            return ask(request, survey, asset_id, form=form, **own)
        if not any(value not in (None, "", []) for value in form.cleaned_data.values()):
            why = _("Nothing was answered. One answer is enough.")
            return ask(request, survey, asset_id, form=form, why=why, **own)
        answering.answer(survey, form.cleaned_data, answerer(asset_id))
    except Refusal as refusal:
        return refused(request, refusal.status, refusal.why)
    except limits.TooManyError as error:
        return refused(request, 429, str(error))
    except AnsweredError:
        return shown(request, survey, "answered", is_personal=bool(own))
    return HttpResponseRedirect(f"{request.path}?answered=1", status=303)


def of_request(request, asset_id: int = 0) -> Answerer:
    """A reader of the site: what the page script and the piece they came from say of them."""
    visitor = readers.visitor(request)
    known, piece = ports.reader(request), rateable(asset_id) if asset_id else None
    return Answerer(
        reader_key=readers.key(request, visitor),
        stage_id=known["stage"] or (piece and piece.primary_stage_id),
        persona_id=known["persona"],
        asset_id=piece.pk if piece else None,
        network_key=readers.network_key(request),
        visitor=visitor,
        link_token=request.POST.get("link", "").replace("\0", "")[:LONGEST_LINK_TOKEN],
        request_facts=readers.request_facts(request),
    )


def not_open(request, survey: Survey):
    """Too early, or over: said kindly, to whoever has the address of one that was opened or the link of a mail."""
    early = is_early(survey)
    return shown(request, survey, "early" if early else "closed", status=404 if early else 410)


def is_early(survey: Survey) -> bool:
    """Is it announced, and its first day still to come?"""
    return bool(survey.is_open and survey.opens_on and survey.opens_on > timezone.localdate(clock.now()))


def shown(request, survey: Survey, mode: str, status: int = 200, **context):
    """The page in one of MODES."""
    response = render(request, "cms/survey.html", {"survey": survey, "mode": mode} | context, status=status)
    response["Referrer-Policy"] = "same-origin" if mode == "ask" and not context.get("is_personal") else "no-referrer"
    return response


def refused(request, status: int, why: str):
    """A page that says why nothing was stored."""
    context = {"kicker": _("Survey"), "title": _("Your answers could not be taken"), "why": why}
    mend = _("Try again later.") if status == 429 else _("Open the survey again.")
    return render(request, "cms/rating_refused.html", context | {"mend": mend}, status=status)


def _asset_of(request, survey: Survey) -> int:
    if length(request, LONGEST_BODY) > LONGEST_BODY:
        raise Refusal(413, _("The answers were longer than this form can send."))
    try:
        survey_id, asset_id = answering.read_token(request.POST.get("token", ""))
    except BadToken as error:
        if str(error) == "expired":
            raise Refusal(400, _("The page had been open for more than 30 days, and its form has expired.")) from error
        raise Refusal(400, _("The form did not come whole: a part that we made is missing or changed.")) from error
    if survey_id != survey.pk:
        raise Refusal(400, _("The form belongs to another survey."))
    if request.POST.get("website", ""):
        raise Refusal(400, _("A field was filled in that people do not see, so this looks like a robot's work."))
    return asset_id
