"""The ledger's parts of a campaign's page: the tracked links that carry its name, and who came by it."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.campaigns import MOST, Part, Row
from cms.models import Campaign
from tracking import queries
from tracking.models import Link

COUNTED = 10_000  # the newest events; more than that says nothing more


@dataclass
class _Channel:
    visits: set[int] = field(default_factory=set)
    deeds: int = 0
    last: datetime | None = None


def parts(campaign: Campaign, user) -> list[Part]:
    """Two queries."""
    may_open = user.has_perm("tracking.view_link") or user.has_perm("tracking.change_link")
    return [*([_links(campaign)] if may_open else []), _came(campaign)]


def _links(campaign: Campaign) -> Part:
    """Newest first, with channel; whoever may make links can open them."""
    links = list(Link.objects.filter(utm__campaign=campaign.utm_campaign)[: MOST + 1])
    rows = [_row(link) for link in links[:MOST]]
    empty = _("No tracked link carries utm_campaign=%s yet. Make one under Library › Tracked links.")
    return Part(_("Tracked links"), rows, empty % campaign.utm_campaign, len(links) > MOST)


def _came(campaign: Campaign) -> Part:
    """The channels by which people came, those of most visits first; robots are left out."""
    channels: dict[tuple, _Channel] = defaultdict(_Channel)
    newest = queries.of_campaign(campaign.pk, COUNTED).annotate(of=KT("utm__source"), by=KT("utm__medium"))
    for source, medium, session, at in newest.values_list("of", "by", "session_id", "occurred_at"):
        channel = channels[source or "", medium or ""]
        channel.deeds, channel.last = channel.deeds + 1, max(channel.last or at, at)
        channel.visits |= {session} - {None}
    most = sorted(channels.items(), key=lambda one: (-len(one[1].visits), -one[1].deeds, one[0]))
    empty = _("Nobody came by an address with utm_campaign=%s yet.") % campaign.utm_campaign
    return Part(_("Came by it"), [_told(*one) for one in most[:MOST]], empty, len(most) > MOST)


def _told(names: tuple, channel: _Channel) -> Row:
    # Who did not agree to be recognised has no visit: then what they did is all there is.
    if n := len(channel.visits):
        said = ngettext("%(n)s visit", "%(n)s visits", n) % {"n": n}
    else:
        said = ngettext("%(n)s page opened", "%(n)s pages opened", channel.deeds) % {"n": channel.deeds}
    day = date_format(channel.last, "DATE_FORMAT")
    label = " · ".join(name for name in names if name) or _("Without a channel")
    return Row(label, note=_("%(said)s, last on %(day)s") % {"said": said, "day": day})


def _row(link: Link) -> Row:
    channel = " · ".join(link.utm[name] for name in ("source", "medium") if link.utm.get(name))
    return Row(link.label, reverse("links:inspect", args=[link.pk]), channel)
