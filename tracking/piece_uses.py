"""The ledger's part of where a piece is used: the tracked links that lead to it."""

from django.urls import reverse
from django.utils.translation import gettext as _

from cms.campaigns import MOST, Part, Row
from cms.models import AssetPage
from tracking.models import Link


def parts(piece: AssetPage, user) -> list[Part]:
    """Newest first, with channel, for who may see links. One query."""
    if not user.has_perm("tracking.view_link") and not user.has_perm("tracking.change_link"):
        return []
    links = list(Link.objects.filter(asset=piece.pk)[: MOST + 1])
    rows = [_row(link) for link in links[:MOST]]
    return [Part(_("Tracked links"), rows, _("No tracked link leads to it."), len(links) > MOST)]


def _row(link: Link) -> Row:
    channel = " · ".join(link.utm[name] for name in ("source", "medium", "campaign") if link.utm.get(name))
    return Row(link.label, reverse("links:inspect", args=[link.pk]), channel)
