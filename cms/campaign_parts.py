"""The library's part of a campaign's page: its pieces."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms import ports
from cms.campaigns import MOST, Part, Row, url_of
from cms.models import AssetPage, Campaign


def parts(campaign: Campaign, user) -> list[Part]:
    """Its pieces, newest first, live or not, with their readers."""
    pieces = list(AssetPage.objects.filter(campaign=campaign).defer("body").order_by("-pk")[: MOST + 1])
    figures = ports.asset_figures([piece.pk for piece in pieces])
    rows = [_row(piece, figures.get(piece.pk), user) for piece in pieces[:MOST]]
    empty = _("No piece yet. Choose the campaign in a piece's editor, under “What kind of piece”.")
    return [Part(_("Pieces"), rows, empty, len(pieces) > MOST)]


def _row(piece: AssetPage, figures: dict | None, user) -> Row:
    said = [str(piece.get_format_display())]
    if not piece.live:
        said.append(_("not published"))
    if figures:
        readers = ngettext("%(n)s reader", "%(n)s readers", figures["readers"]) % {"n": figures["readers"]}
        said += [readers, _("read %(n)s times") % {"n": figures["reads"]}]
    return Row(piece.title, url_of(piece, user), " · ".join(said))
