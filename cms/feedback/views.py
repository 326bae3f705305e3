"""POST /rate/: a reader's one tap."""

from django.db.models import Q
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cms.feedback import limits, notes, ratings, readers
from cms.feedback.models import Rating
from cms.models import AssetPage
from cms.models.pages import Audience

LONGEST_BODY = 8 * 1024
LONGEST_LINK_TOKEN = 4000
WORDS = {Rating.Value.USEFUL: "useful", Rating.Value.NOT_USEFUL: "not-useful"}


# The form's own token, bound to one piece and made by us, stands in for the CSRF cookie: readers get no cookie.
@csrf_exempt
@require_POST
def rate(request):
    """Store the rating and go back to the piece; with `Accept: application/json` answer the thank-you itself."""
    request.encoding = "utf-8"  # as our form sends it, whatever the request calls itself
    if length(request, LONGEST_BODY) > LONGEST_BODY:
        return _refused(request, 413, _("The answer was longer than this form can send."))
    try:
        asset_id = ratings.read_token(request.POST.get("token", ""))
    except ratings.BadToken as error:
        return _refused(request, 400, token_words(str(error)))
    value = request.POST.get("value", "")
    if value not in ("1", "-1"):
        return _refused(request, 400, _("The form sent no answer that we know: it must be “yes” or “no”."))
    piece = rateable(asset_id)
    if piece is None:
        return _refused(request, 404, _("This piece is no longer on the site, so it can no longer be rated."))
    try:
        rating = _store(request, piece, int(value))
    except limits.TooManyError as error:
        return _refused(request, 429, str(error))
    return _thanks(request, piece, rating)


def _store(request, piece, value):
    visitor = readers.visitor(request)
    key = readers.key(request, visitor)
    ratings.rate(
        piece.pk,
        value,
        key,
        visitor=visitor,
        link_token=request.POST.get("link", "").replace("\0", "")[:LONGEST_LINK_TOKEN],
        network_key=readers.network_key(request),
        request_facts=readers.request_facts(request),
    )
    return Rating.objects.get(asset=piece, reader_key=key)


def _thanks(request, piece, rating: Rating):
    more = notes.sign(rating)
    if _wants_json(request):
        said = {"value": rating.value, "message": thanks_words(WORDS[rating.value])}
        return JsonResponse(said | {"more": more, "word": WORDS[rating.value]})
    said = urlencode({"rated": WORDS[rating.value], "more": more})
    return HttpResponseRedirect(f"{piece.get_url(request)}?{said}#rated", status=303)


def thanks_words(word: str) -> str:
    """The thank-you for an answer as it stands in the address ("useful", "not-useful"); "" for anything else."""
    if word == "useful":
        return _("Thank you. Good to know that it was useful.")
    if word == "not-useful":
        return _("Thank you. We will look at it again.")
    return ""


def rateable(asset_id: int) -> AssetPage | None:
    """The piece, if readers can see it and so may rate it and comment on it."""
    return AssetPage.objects.live().filter(~Q(audience=Audience.SALES_ONLY), pk=asset_id).first()


def token_words(reason: str) -> str:
    """Why a form's token is refused, for the reader."""
    if reason == "expired":
        return _("The page had been open for more than 30 days, and its form has expired.")
    return _("The form did not come whole: the part that says which piece it is for is missing or changed.")


def _refused(request, status: int, why: str):
    mend = _("Open the piece again and tap once more.") if status != 429 else _("Try again later.")
    if _wants_json(request):
        return JsonResponse({"error": {"what": _("Not counted"), "why": why, "mend": mend}}, status=status)
    context = {"kicker": _("Was this useful?"), "title": _("Your answer could not be counted"), "why": why}
    return render(request, "cms/rating_refused.html", context | {"mend": mend}, status=status)


def _wants_json(request) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def length(request, longest: int) -> int:
    """What the request says of its body; more than `longest` when it says nonsense."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() else longest + 1
