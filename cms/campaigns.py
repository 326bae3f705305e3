"""A campaign with everything that points at it. Each app brings its part; the library knows none of them.

An app's `campaign_parts` module has `parts(campaign, user) -> iterable of Part`: a fixed number of queries, at most
MOST rows each, and only what this user may see.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Sum
from django.urls import reverse
from wagtail.utils.apps import get_app_submodules

from cms import ports
from cms.models import AssetPage, Campaign, CampaignCost

MOST = 100


@dataclass(frozen=True)
class Row:
    """One thing of the campaign: what it is called, where it is, and what to say of it."""

    label: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Part:
    """One kind of things: a heading, its rows, what to say when there are none, and whether rows were left out."""

    heading: str
    rows: list[Row] = field(default_factory=list)
    empty: str = ""
    is_cut: bool = False


@dataclass(frozen=True)
class Result:
    """What came of the campaign's pieces so far, people only; not `known` while the ledger says nothing of them."""

    pieces: int
    views: int
    reads: int
    downloads: int
    useful: int
    known: bool
    spent: Decimal | None  # None: no cost is written down
    cost_of_a_reading: Decimal | None  # by what was spent; by the budget while nothing is


def parts(campaign: Campaign, user) -> list[Part]:
    """All apps' parts, in INSTALLED_APPS order."""
    return [part for _, module in get_app_submodules("campaign_parts") for part in module.parts(campaign, user)]


def result(campaign: Campaign) -> Result:
    """The figures of its pieces added up, and what was spent (else the budget) for each reading to a good part."""
    ids = list(AssetPage.objects.filter(campaign=campaign, live=True).values_list("pk", flat=True))
    figures = ports.asset_figures(ids).values()
    total = {name: sum(one[name] for one in figures) for name in ("views", "reads", "downloads", "useful")}
    spent = CampaignCost.objects.filter(campaign=campaign).aggregate(spent=Sum("amount"))["spent"]
    paid = campaign.budget if spent is None else spent
    each = (paid / total["reads"]).quantize(Decimal("0.01")) if paid is not None and total["reads"] else None
    return Result(pieces=len(ids), known=bool(figures), spent=spent, cost_of_a_reading=each, **total)


def url_of(piece: AssetPage, user) -> str:
    """Where a row leads: the editor for who may edit the piece, else its page on the site; "" where neither is."""
    if piece.permissions_for_user(user).can_edit():
        return reverse("wagtailadmin_pages:edit", args=[piece.pk])
    return (piece.url if piece.live else "") or ""
