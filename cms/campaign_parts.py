"""The library's parts of a campaign's page: its pieces, and what was paid."""

from django.conf import settings
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms import ports
from cms.campaigns import MOST, Part, Row, url_of
from cms.models import AssetPage, Campaign, CampaignCost


def parts(campaign: Campaign, user) -> list[Part]:
    """Two queries and the figures'."""
    return [_pieces(campaign, user), _costs(campaign)]


def _pieces(campaign: Campaign, user) -> Part:
    """Newest first, live or not, with their readers."""
    pieces = list(AssetPage.objects.filter(campaign=campaign).defer("body").order_by("-pk")[: MOST + 1])
    figures = ports.asset_figures([piece.pk for piece in pieces])
    rows = [_row(piece, figures.get(piece.pk), user) for piece in pieces[:MOST]]
    empty = _("No piece yet. Choose the campaign in a piece's editor, under “What kind of piece”.")
    return Part(_("Pieces"), rows, empty, len(pieces) > MOST)


def _costs(campaign: Campaign) -> Part:
    """In the order they were written down."""
    costs = list(CampaignCost.objects.filter(campaign=campaign)[: MOST + 1])
    rows = [Row(cost.what, note=_paid(cost)) for cost in costs[:MOST]]
    empty = _("No cost is written down. “Edit” takes them: what was paid, how much, when.")
    return Part(_("Costs"), rows, empty, len(costs) > MOST)


def _paid(cost: CampaignCost) -> str:
    amount = f"{number_format(cost.amount, decimal_pos=2)} {settings.CURRENCY}"
    return f"{amount} · {date_format(cost.paid_on, 'j M Y')}" if cost.paid_on else amount


def _row(piece: AssetPage, figures: dict | None, user) -> Row:
    said = [str(piece.get_format_display())]
    if not piece.live:
        said.append(_("not published"))
    if figures:
        readers = ngettext("%(n)s reader", "%(n)s readers", figures["readers"]) % {"n": figures["readers"]}
        said += [readers, _("read %(n)s times") % {"n": figures["reads"]}]
    return Row(piece.title, url_of(piece, user), " · ".join(said))
