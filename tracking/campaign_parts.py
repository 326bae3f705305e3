"""The ledger's part of a campaign's page: the tracked links that carry its name."""

from django.urls import reverse
from django.utils.translation import gettext as _

from cms.campaigns import MOST, Part, Row
from cms.models import Campaign
from tracking.models import Link


def parts(campaign: Campaign, user) -> list[Part]:
    """Its links, newest first, with channel; whoever may make links can open them. One query."""
    if not user.has_perm("tracking.view_link") and not user.has_perm("tracking.change_link"):
        return []
    links = list(Link.objects.filter(utm__campaign=campaign.utm_campaign)[: MOST + 1])
    rows = [_row(link) for link in links[:MOST]]
    empty = _("No tracked link carries utm_campaign=%s yet. Make one under Library › Tracked links.")
    return [Part(_("Tracked links"), rows, empty % campaign.utm_campaign, len(links) > MOST)]


def _row(link: Link) -> Row:
    channel = " · ".join(link.utm[name] for name in ("source", "medium") if link.utm.get(name))
    return Row(link.label, reverse("links:inspect", args=[link.pk]), channel)
