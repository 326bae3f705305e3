"""One reader's "was this useful?": the signed form, the row, and the figures shown from five readers on."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from cms import clock
from cms.feedback import limits
from cms.feedback.models import Rating, RatingNote, RatingTally
from cms.signals import asset_rated

TOKEN_AGE = 30 * 24 * 3600
SHOWN_FROM = 5
USEFUL_STARS = 3
A_NETWORK_AN_HOUR, A_NETWORK_AN_HOUR_AND_PIECE = 60, 20
_SALT = "cms.feedback.rating"


class BadToken(ValueError):
    """The form's token is not ours or has expired."""


@dataclass(frozen=True)
class Figures:
    """How many readers said a piece was useful, of how many."""

    useful: int
    total: int


def sign(asset_id: int) -> str:
    """The token that lets a form rate this piece, and no other, for 30 days."""
    return signing.dumps(asset_id, salt=_SALT)


def read_token(token: str) -> int:
    """The id of the piece. Raises BadToken."""
    try:
        asset_id = signing.loads(token, salt=_SALT, max_age=TOKEN_AGE)
    except signing.SignatureExpired as error:
        raise BadToken("expired") from error
    except signing.BadSignature as error:
        raise BadToken("not ours") from error
    if not isinstance(asset_id, int):
        raise BadToken("not ours")
    return asset_id


def value_of(stars: int) -> int:
    """What so many of five stars say in short: three and more are useful."""
    return Rating.Value.USEFUL if stars >= USEFUL_STARS else Rating.Value.NOT_USEFUL


def rate(
    asset_id: int,
    value: int,
    reader_key: str,
    *,
    network_key: str = "",
    stars: int | None = None,
    instead_of: Iterable[str] = (),
    **facts,
) -> bool:
    """Store this reader's rating, or change it; was anything new? The same answer again is no second event.

    By a mail come `stars` (`value_of` them is `value`) and other keys of the same reader, whose ratings this one
    replaces. `facts` (visitor, link_token, request_facts; of a mail mail_ref) go to the ledger.

    The row and what the ledger writes on hearing of it are one transaction. Raises limits.TooManyError when more
    readers of one network rate than a house full of them would.
    """
    with transaction.atomic():
        mine = Rating.objects.filter(asset=asset_id, reader_key=reader_key)
        before = mine.values_list("value", "stars").first()
        if before == (value, stars):
            return False
        if before and before[0] != value:  # the reasons that were given went with the other answer
            RatingNote.objects.filter(rating__in=mine).update(reasons=[])
        _limit(asset_id, network_key)
        now = clock.now()
        values = {"value": value, "stars": stars, "rated_at": now, "network_key": network_key}
        Rating.objects.update_or_create(asset_id=asset_id, reader_key=reader_key, defaults=values)
        if others := list(instead_of):
            Rating.objects.filter(asset=asset_id, reader_key__in=others).delete()
        tally(asset_id)
        asset_rated.send(sender=Rating, asset_id=asset_id, value=value, stars=stars, rated_at=now, **facts)
    return True


def tally(asset_id: int) -> None:
    """Count the piece's ratings again as a whole. Its row is locked before: of two readers at once, both count.

    Call it in the transaction that changes a rating.
    """
    RatingTally.objects.select_for_update().get_or_create(asset_id=asset_id)
    useful = Count("pk", filter=Q(value=Rating.Value.USEFUL))
    counted = Rating.objects.filter(asset=asset_id).aggregate(useful=useful, total=Count("pk"))
    RatingTally.objects.filter(asset=asset_id).update(**counted)


def _limit(asset_id: int, network_key: str) -> None:
    mine = Rating.objects.filter(network_key=network_key)
    if network_key and (
        limits.is_over(mine, "rated_at", A_NETWORK_AN_HOUR, 3600)
        or limits.is_over(mine.filter(asset=asset_id), "rated_at", A_NETWORK_AN_HOUR_AND_PIECE, 3600)
    ):
        raise limits.TooManyError(_("More answers came from your network within an hour than we count."))


def figures(asset_id: int) -> Figures | None:
    """The figures of a piece; None while fewer than SHOWN_FROM readers have rated it. One query."""
    useful = Count("pk", filter=Q(value=Rating.Value.USEFUL))
    counts = Rating.objects.filter(asset=asset_id).aggregate(useful=useful, total=Count("pk"))
    return Figures(**counts) if counts["total"] >= SHOWN_FROM else None


def counts(ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """{asset id: {"useful", "not_useful"}} for staff, of the pieces that anybody has rated. One query."""
    rows = Rating.objects.filter(asset__in=set(ids)).order_by().values("asset")
    counted = rows.annotate(
        useful=Count("pk", filter=Q(value=Rating.Value.USEFUL)),
        not_useful=Count("pk", filter=Q(value=Rating.Value.NOT_USEFUL)),
    )
    return {row.pop("asset"): row for row in counted}
