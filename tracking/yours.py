"""The page on which a reader sees what is kept of them, and says yes or no. Works without scripts, sets no cookie.

Without a token it speaks of this browser, whose answer only its script knows; with the token of a mail it speaks of the
person that mail went to, and takes their answers by a plain form.
"""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tracking import consent, modes, tokens, unsubscribing, wordings
from tracking.models import Suppression
from tracking.seen import MAX_AGENT

OF_PERSON = (wordings.CLICK_PROFILE, wordings.OPEN_TRACKING)


@never_cache
@require_http_methods(["GET", "HEAD"])
def of_browser(request):
    """What is kept of a browser, by the mode of its reader's country, and whether its signal is honoured."""
    mode = modes.of_django(request)
    context = {
        "mode": mode,
        "asks": mode == modes.CONSENTED,
        "objects": modes.objects(request),
        "question": wordings.QUESTIONS[wordings.SITE_PROFILE],
        "wording": wordings.version(wordings.SITE_PROFILE),
    }
    return render(request, "tracking/your_data.html", context)


@csrf_exempt  # the signed token in the address is what proves who may answer; there is no session
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_person(request, token):
    """The same for somebody we mail: one form a question. Opening the page changes nothing."""
    try:
        hmac, subject = unsubscribing.read(token)
    except tokens.BadToken as error:
        raise Http404 from error
    if subject is None:
        raise Http404
    if request.method == "POST":
        _take(request, subject)
        return HttpResponseRedirect(reverse("your_data", args=[token]) + "?saved=1")
    context = {
        "token": token,
        "is_saved": "saved" in request.GET,
        "questions": _questions(subject),
        "is_mailed": not Suppression.objects.filter(address_hmac=hmac).exists() and not consent.refused([subject]),
        "unsubscribe": f"{settings.BASE_URL}/t/u/{token}",
        "objects": modes.objects(request),
    }
    response = render(request, "tracking/your_data_mail.html", context)
    response["Referrer-Policy"], response["X-Robots-Tag"] = "no-referrer", "noindex"
    return response


def _take(request, subject: UUID) -> None:
    """Write the answer of the form; whatever else was posted is no answer."""
    purpose, said = request.POST.get("purpose"), request.POST.get("answer")
    if purpose not in OF_PERSON or said not in ("yes", "no"):
        raise Http404
    proof = {"user_agent": request.headers.get("User-Agent", "")[:MAX_AGENT]}
    wording = wordings.version(purpose)
    consent.answer(subject, purpose, said == "yes", source="preference_page", wording=wording, proof=proof)


def _questions(subject: UUID) -> list[dict]:
    found = []
    for purpose in OF_PERSON:
        said = consent.answers([subject], purpose).get(subject)
        # Following a link counts unless somebody objects; whether a mail was opened is seen after a yes only.
        is_on = said is not False if purpose == wordings.CLICK_PROFILE else said is True
        found.append({"purpose": purpose, "words": wordings.QUESTIONS[purpose], "is_on": is_on})
    return found


urlpatterns = [
    path("", of_browser, name="your_data_here"),
    path("<str:token>/", of_person, name="your_data"),
]
