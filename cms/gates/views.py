"""The form before the files of a piece: opened from the piece's page, sent, answered with the files at once.

It is opened by POST, so that a browser which agreed to be recognised can say so; its page belongs to one reader and is
kept by nobody. Fetched by GET it is the form of a stranger.
"""

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from cms.feedback import limits, readers
from cms.feedback.ratings import BadToken
from cms.feedback.views import LONGEST_LINK_TOKEN, length
from cms.gates import links, offers, questions, submissions
from cms.gates.models import GateSubmission

LONGEST_BODY = 32 * 1024


def private(response):
    """Nobody keeps it, finds it by search, or is told its address."""
    response["Referrer-Policy"], response["X-Robots-Tag"] = "no-referrer", "noindex"
    return response


# It changes nothing but a count of how often it was opened; readers get no cookie.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show(request, piece: int):
    """The form, with the next questions for this reader."""
    request.encoding = "utf-8"
    if length(request, LONGEST_BODY) > LONGEST_BODY:
        return refused(request, 413, _("The form was longer than it can be."))
    offer = offers.gated(piece)
    if offer is None:
        return _nothing_here(request)
    visitor = readers.visitor(request)
    about = questions.known(request, visitor) if request.method == "POST" else questions.STRANGER
    if request.method == "POST":
        submissions.count_opened(offer.gate, offer.piece.pk)
    asking = questions.Asking(questions.to_ask(offer.gate, about), questions.purposes(offer.gate))
    return _form(request, offer, asking.bind(email=about.email))


# The form's own token, bound to piece and gate and made by us, stands in for the CSRF cookie.
@csrf_exempt
@never_cache
@require_POST
def send(request, piece: int):
    """Take what was sent and lead to the files; what is wrong is said beside its field, with the words kept."""
    request.encoding = "utf-8"  # as our form sends it, whatever the request calls itself
    if length(request, LONGEST_BODY) > LONGEST_BODY:
        return refused(request, 413, _("What was written is longer than this form can send."))
    offer = offers.gated(piece)
    if offer is None:
        return _nothing_here(request)
    token = request.POST.get("token", "")
    try:
        asked = links.read_form(token)
    except BadToken:
        asked = None
    if asked is None or (asked.piece, asked.gate) != (piece, offer.gate.pk):
        asking = questions.Asking(questions.to_ask(offer.gate, questions.STRANGER), questions.purposes(offer.gate))
        why = _("The form was open for too long, or has changed since. Please look over it and send it again.")
        return _form(request, offer, asking.bind(email=request.POST.get("email", "")[:254]), why=why, status=422)
    asking = questions.Asking(
        questions.chosen(offer.gate, asked.questions), questions.purposes(offer.gate, asked.versions)
    ).bind(request.POST)
    return _sent(request, offer, asked, asking, token)


def _sent(request, offer, asked, asking, token):
    if not asking.form.is_valid():
        why = _("Something is missing or wrong; what you wrote is kept below.")
        return _form(request, offer, asking, token=token, why=why, status=422)
    try:
        submission = submissions.take(
            offer,
            email=asking.form.cleaned_data["email"],
            answers=asking.answers(),
            consents=asking.consents(),
            posting=_posting(request, asked),
        )
    except submissions.TooFastError:
        why = _("That came faster than people write. If you are one, please send it once more.")
        return _form(request, offer, asking, token=token, why=why, status=422)
    except limits.TooManyError as error:
        return refused(request, 429, str(error))
    if submission.state == GateSubmission.State.HELD:
        return private(render(request, "cms/gates/held.html", {"piece": offer.piece}))
    return HttpResponseRedirect(links.page_url(submission), status=303)


def _form(request, offer, asking, *, token: str = "", why: str = "", status: int = 200):
    context = {
        "piece": offer.piece,
        "gate": offer.gate,
        "files": offer.files,
        "asking": asking,
        "token": token or links.sign_form(offer.piece.pk, asking, offer.gate.pk),
        "visitor": readers.visitor(request) or "",
        "link": request.POST.get("link", "")[:LONGEST_LINK_TOKEN],
        "why": why,
    }
    return private(render(request, "cms/gates/form.html", context, status=status))


def _posting(request, asked) -> submissions.Posting:
    return submissions.Posting(
        key=asked.key,
        age=asked.age,
        trap=request.POST.get("website", ""),
        network_key=readers.network_key(request),
        visitor=readers.visitor(request),
        link_token=request.POST.get("link", "").replace("\0", "")[:LONGEST_LINK_TOKEN],
        facts=readers.request_facts(request),
    )


def refused(request, status: int, why: str, mend: str = ""):
    """A page that says why."""
    context = {"kicker": _("Files"), "title": _("That did not work"), "why": why, "mend": mend}
    return private(render(request, "cms/rating_refused.html", context, status=status))


def _nothing_here(request):
    return refused(request, 404, _("There is no file behind a form here."), _("It may have become open, or gone."))
