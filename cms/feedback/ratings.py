"""One reader's "was this useful?": the signed form, the row, and the figures shown from five readers on."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from cms import clock
from cms.feedback import limits
from cms.feedback.models import Rating
from cms.signals import asset_rated

TOKEN_AGE = 30 * 24 * 3600
SHOWN_FROM = 5
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


def rate(
    asset_id: int, value: int, reader_key: str, *, visitor, link_token: str, request_facts: dict, network_key: str = ""
) -> bool:
    """Store this reader's rating, or change it; was anything new? The same answer again is no second event.

    The row and what the ledger writes on hearing of it are one transaction. Raises limits.TooManyError when more
    readers of one network rate than a house full of them would.
    """
    with transaction.atomic():
        before = Rating.objects.filter(asset=asset_id, reader_key=reader_key).values_list("value", flat=True).first()
        if before == value:
            return False
        _limit(asset_id, network_key)
        now = clock.now()
        values = {"value": value, "rated_at": now, "network_key": network_key}
        Rating.objects.update_or_create(asset_id=asset_id, reader_key=reader_key, defaults=values)
        asset_rated.send(
            sender=Rating,
            asset_id=asset_id,
            value=value,
            visitor=visitor,
            link_token=link_token,
            request_facts=request_facts,
            rated_at=now,
        )
    return True


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
