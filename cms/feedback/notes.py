"""One tap, then more: what a reader adds to the rating that is stored already."""

from collections.abc import Iterable

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cms import clock
from cms.feedback import limits
from cms.feedback.models import Rating, RatingNote
from cms.feedback.ratings import BadToken

Reason = RatingNote.Reason
REASONS = {
    Rating.Value.USEFUL: (Reason.CLEAR, Reason.NEW, Reason.USABLE),
    Rating.Value.NOT_USEFUL: (Reason.TOO_BASIC, Reason.TOO_LONG, Reason.HARD, Reason.OTHER_TOPIC),
}
LONGEST_TEXT = 1000
A_NETWORK_AN_HOUR = 20
TOKEN_AGE = 24 * 3600
_SALT = "cms.feedback.note"


def sign(rating: Rating) -> str:
    """The token that lets whoever has just rated add to it, for a day."""
    return signing.dumps(rating.pk, salt=_SALT)


def read_token(token: str) -> int:
    """The id of the rating. Raises BadToken."""
    try:
        rating_id = signing.loads(token, salt=_SALT, max_age=TOKEN_AGE)
    except signing.SignatureExpired as error:
        raise BadToken("expired") from error
    except signing.BadSignature as error:
        raise BadToken("not ours") from error
    if not isinstance(rating_id, int):
        raise BadToken("not ours")
    return rating_id


def keep(rating: Rating, reasons: Iterable[str], text: str, email: str, network_key: str = "") -> RatingNote | None:
    """Store what was added, in place of what stood there; None when nothing was. Raises limits.TooManyError.

    Reasons that do not go with the rating are left out.
    """
    reasons = [reason for reason in REASONS[rating.value] if reason in set(reasons)]
    text = text.strip()[:LONGEST_TEXT]
    if not (reasons or text):
        return None
    values = {"reasons": reasons, "text": text, "email": email, "network_key": network_key, "noted_at": clock.now()}
    with transaction.atomic():
        theirs = RatingNote.objects.filter(network_key=network_key)
        if network_key and limits.is_over(theirs, "noted_at", A_NETWORK_AN_HOUR, 3600):
            raise limits.TooManyError(_("More came from your network within an hour than we read."))
        return RatingNote.objects.update_or_create(rating=rating, defaults=values)[0]


def drop(note: RatingNote, user) -> None:
    """Take away what is spam, or should not be kept; the rating stays."""
    log(note.rating.asset, "rating_note.dropped", user=user)
    note.delete()
