"""/rate/TOKEN/: a star in a mail. The page shows it chosen already; only its button stores anything."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cms import clock
from cms.feedback import limits, notes, ratings, readers
from cms.feedback.models import Rating
from cms.feedback.views import WORDS, rateable
from cms.templatetags.newsroom import reasons_by_word
from nurture.contacts.models import Contact, Identity
from nurture.mail.models import Delivery
from tracking import tokens

STARS = range(1, 6)
KEPT = timedelta(days=180)  # the link of an older mail no longer rates


# The signed token in the address is what proves whose mail led here; there is no session.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request, token: str):
    """Ask "this many?", and store it when its button is pressed: one rating a person and piece, changeable."""
    try:
        payload = tokens.read("rate", token)
        ref, asset_id, stars = UUID(payload["r"]), int(payload["a"]), int(payload["v"])
    except (tokens.BadToken, KeyError, TypeError, ValueError):
        return _refused(request, 404, _("The link is not whole. Copy all of it out of the mail."))
    piece = rateable(asset_id)
    if piece is None:
        return _refused(request, 404, _("This piece is no longer on the site, so it can no longer be rated."))
    delivery = Delivery.objects.filter(ref=ref).select_related("contact").first()
    if delivery and delivery.created_at < clock.now() - KEPT:
        return _refused(request, 410, _("The mail is older than half a year, and its link has expired."))
    if delivery is None or delivery.contact is None:
        return _page(request, piece, stars, is_test=True)
    if request.method == "POST":
        return _store(request, piece, delivery)
    return _page(request, piece, stars, rating=_of(delivery.contact, piece))


def _store(request, piece, delivery: Delivery):
    said = request.POST.get("stars", "")
    if said not in {str(number) for number in STARS}:
        return _refused(request, 400, _("No number of stars was chosen."))
    try:
        ratings.rate(
            piece.pk,
            ratings.value_of(int(said)),
            readers.key_of_subject(delivery.contact.subject),
            stars=int(said),
            visitor=None,
            link_token="",
            mail_ref=delivery.ref,
            network_key=readers.network_key(request),
            request_facts=readers.request_facts(request),
            instead_of=_browsers(delivery.contact),
        )
    except limits.TooManyError as error:
        return _refused(request, 429, str(error))
    return HttpResponseRedirect(f"{request.path}?rated=1", status=303)


def _of(contact: Contact, piece) -> Rating | None:
    return Rating.objects.filter(asset=piece, reader_key=readers.key_of_subject(contact.subject)).first()


def _browsers(contact: Contact) -> list[str]:
    """What tells this person's browsers apart: who rated there and then by mail has rated once."""
    edges = Identity.objects.filter(contact=contact, revoked_at=None)
    return [readers.key_of_visitor(key) for key in edges.values_list("visitor__key", flat=True)]


def _page(request, piece, stars: int, *, rating: Rating | None = None, is_test: bool = False):
    is_rated = rating is not None and request.GET.get("rated") == "1"
    context = {
        "piece": piece,
        "chosen": stars if stars in STARS else 5,
        "stars": STARS,
        "rating": rating,
        "is_rated": is_rated,
        "is_test": is_test,
        "more": notes.sign(rating) if is_rated else "",
        "answered": WORDS[rating.value] if is_rated else "",
        "reasons": reasons_by_word(),
    }
    response = render(request, "nurture/mail/rate.html", context)
    response["Referrer-Policy"] = "no-referrer"
    return response


def _refused(request, status: int, why: str):
    context = {"kicker": _("Your rating"), "title": _("Your rating could not be taken"), "why": why}
    mend = _("Try again later.") if status == 429 else ""
    return render(request, "cms/rating_refused.html", context | {"mend": mend}, status=status)
