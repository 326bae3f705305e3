"""POST /rate/more/: the second step after a rating. It leads back to the piece."""

from django import forms
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cms.feedback import limits, notes, readers
from cms.feedback.models import Rating
from cms.feedback.ratings import BadToken
from cms.feedback.views import LONGEST_BODY, WORDS, length, rateable


class NoteForm(forms.Form):
    """All of it optional."""

    text = forms.CharField(required=False, max_length=notes.LONGEST_TEXT)
    email = forms.EmailField(required=False, max_length=254)


# The form's own token, bound to one rating and made by us, stands in for the CSRF cookie: readers get no cookie.
@csrf_exempt
@require_POST
def more(request):
    """Keep what was added; with `Accept: application/json` answer the thank-you itself."""
    request.encoding = "utf-8"  # as our form sends it, whatever the request calls itself
    if length(request, LONGEST_BODY) > LONGEST_BODY:
        return _refused(request, 413, _("That was longer than this form can send."))
    try:
        rating = Rating.objects.filter(pk=notes.read_token(request.POST.get("token", ""))).first()
    except BadToken:
        return _refused(request, 400, _("The form did not come whole, or stood open for more than a day."))
    piece = rateable(rating.asset_id) if rating else None
    if piece is None:
        return _refused(request, 404, _("This piece is no longer on the site."))
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _refused(request, 422, _first_error(form))
    if not request.POST.get("website", ""):
        try:
            said, network = form.cleaned_data, readers.network_key(request)
            notes.keep(rating, request.POST.getlist("reason"), said["text"], said["email"], network)
        except limits.TooManyError as error:
            return _refused(request, 429, str(error))
    if _wants_json(request):
        return JsonResponse({"message": _("Thank you. Somebody of us reads it.")})
    return HttpResponseRedirect(f"{piece.get_url(request)}?rated={WORDS[rating.value]}&noted=1#rated", status=303)


def _first_error(form: NoteForm) -> str:
    name, errors = next(iter(form.errors.items()))
    if name == "email":
        return _("This is no mail address: it looks like name@example.com. Leave it empty, or put it right.")
    return errors[0]


def _wants_json(request) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _refused(request, status: int, why: str):
    if _wants_json(request):
        return JsonResponse({"error": {"what": _("Not kept"), "why": why}}, status=status)
    context = {"kicker": _("Was this useful?"), "title": _("Your words could not be kept"), "why": why, "mend": ""}
    return render(request, "cms/rating_refused.html", context, status=status)
