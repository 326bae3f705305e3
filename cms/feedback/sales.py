"""What salespeople say of a piece: does it help, tags, a sentence. Theirs alone: readers never see it."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from cms import clock, policy
from cms.feedback.models import SalesFeedback

LONGEST_TEXT = 2000
Value, Tag = SalesFeedback.Value, SalesFeedback.Tag


class UnknownError(ValueError):
    """A value or tag that is none of ours."""


def say(piece, user, value: int, tags: Iterable[str] = (), text: str = "") -> SalesFeedback:
    """Store what this person says of the piece, in place of what they said before.

    Raises PermissionDenied without the right `sales_feedback.give`, UnknownError for other values and tags.
    """
    if not policy.may(user, "sales_feedback.give"):
        raise PermissionDenied(_("Only sales and service say how a piece helps them."))
    tags = sorted(set(tags))
    if value not in Value.values or set(tags) - set(Tag.values):
        raise UnknownError(_("Choose whether it helps you, and tags of the list."))
    words = {"value": value, "tags": tags, "text": text.strip()[:LONGEST_TEXT], "said_at": clock.now()}
    feedback, _made = SalesFeedback.objects.update_or_create(asset=piece, user=user, defaults=words)
    log(piece, "sales_feedback.say", user=user, data={"value": value, "tags": tags})
    return feedback


def of_piece(piece) -> QuerySet[SalesFeedback]:
    """All that was said of a piece, newest first, with who said it."""
    return SalesFeedback.objects.filter(asset=piece).select_related("user")


def counts(ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """{asset id: {"helps", "does_not"}} of the pieces that any salesperson spoke about. One query."""
    rows = SalesFeedback.objects.filter(asset__in=set(ids)).order_by().values("asset")
    counted = rows.annotate(
        helps=Count("pk", filter=Q(value=Value.HELPS)), does_not=Count("pk", filter=Q(value=Value.DOES_NOT))
    )
    return {row.pop("asset"): row for row in counted}
