"""How fresh a piece is, in words."""

from datetime import timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms import clock
from cms.models import AssetPage
from cms.models.pages import ShelfLife

MONTH = timedelta(days=30)


def is_overdue(piece: AssetPage) -> bool:
    """Is the day past by which it was to be looked at again?"""
    timely = piece.shelf_life == ShelfLife.TIMELY and piece.review_by is not None
    return timely and piece.review_by < clock.now().date()


def in_words(piece: AssetPage) -> str:
    """For example "changed 4 months ago", or that its review is overdue."""
    if is_overdue(piece):
        return _("review overdue since %s") % date_format(piece.review_by, "SHORT_DATE_FORMAT")
    if piece.last_published_at is None:
        return _("never published")
    months = (clock.now() - piece.last_published_at) // MONTH
    if not months:
        return _("changed within a month")
    return ngettext("changed %s month ago", "changed %s months ago", months) % months
