"""POST /poll/: a reader's answer to the question under a piece."""

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cms import keys, ports
from cms.feedback import limits, polls, readers
from cms.feedback.models import PollOption
from cms.feedback.ratings import BadToken
from cms.feedback.views import LONGEST_BODY, LONGEST_LINK_TOKEN, length, rateable, token_words


# The form's own token, bound to piece and poll and made by us, stands in for the CSRF cookie.
@csrf_exempt
@require_POST
def answer(request):
    """Store the answer and go back to the piece, where the results stand."""
    request.encoding = "utf-8"  # as our form sends it, whatever the request calls itself
    if length(request, LONGEST_BODY) > LONGEST_BODY:
        return _refused(request, 413, _("The answer was longer than this form can send."))
    try:
        asset_id, poll_id = polls.read_token(request.POST.get("token", ""))
    except BadToken as error:
        return _refused(request, 400, token_words(str(error)))
    piece, poll = rateable(asset_id), polls.open_ones().filter(pk=poll_id).first()
    if piece is None or poll is None:
        return _refused(request, 404, _("This question is closed."))
    option = _option(poll, request.POST.get("option", ""))
    if option is None:
        return _refused(request, 400, _("No answer was chosen."))
    try:
        _store(request, piece, poll, option)
    except limits.TooManyError as error:
        return _refused(request, 429, str(error))
    return HttpResponseRedirect(f"{piece.get_url(request)}?poll={poll.pk}#poll", status=303)


def _option(poll, text: str) -> PollOption | None:
    return poll.options.filter(pk=keys.number(text)).first()


def _store(request, piece, poll, option) -> None:
    visitor = readers.visitor(request)
    polls.answer(
        poll,
        option,
        piece,
        readers.key(request, visitor),
        network_key=readers.network_key(request),
        persona_id=ports.reader(request)["persona"],
        visitor=visitor,
        link_token=request.POST.get("link", "").replace("\0", "")[:LONGEST_LINK_TOKEN],
        request_facts=readers.request_facts(request),
    )


def _refused(request, status: int, why: str):
    context = {"kicker": _("One question"), "title": _("Your answer could not be counted"), "why": why}
    mend = _("Try again later.") if status == 429 else _("Open the piece again.")
    return render(request, "cms/rating_refused.html", context | {"mend": mend}, status=status)
