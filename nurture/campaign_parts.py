"""Nurture's parts of a campaign's page: whom it brought, and the rules, mails and colleagues that carry its pieces."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms import policy
from cms.campaigns import MOST, Part, Row
from cms.models import AssetPage, Campaign
from nurture import piece_uses
from nurture.contacts import campaign_people, people
from nurture.contacts.models import Contact


def parts(campaign: Campaign, user) -> list[Part]:
    """A fixed number of queries."""
    came = campaign_people.of(campaign.pk)
    found = [_figures(came)]
    if policy.may(user, "contact.view"):
        found.append(_contacts(came, user))
    pieces = list(AssetPage.objects.filter(campaign=campaign).order_by("-pk").values_list("pk", flat=True)[:MOST])
    return found + piece_uses.of_pieces(pieces, user)


def _figures(came: campaign_people.Came) -> Part:
    numbers = (
        (_("Contacts who came by it"), len(came.contacts)),
        (_("Became known within 30 days after"), came.became_known),
        (_("Moves to a later stage within 30 days after"), came.moves),
    )
    rows = [Row(label, note=str(number)) for label, number in numbers] if came.contacts else []
    empty = _("No contact came by it yet: nobody whom we know followed an address that carries its name.")
    return Part(_("What came of it with people"), rows, empty)


def _contacts(came: campaign_people.Came, user) -> Part:
    """Who came last, first; only those this user may see."""
    newest = sorted(came.contacts, key=lambda pk: came.contacts[pk][-1], reverse=True)
    seen = policy.visible(user, "contact.view", people.listed().select_related("stage"))
    known = seen.in_bulk(newest[: MOST + 1])
    rows = [_row(known[pk], came) for pk in newest[:MOST] if pk in known]
    return Part(_("Contacts"), rows, _("None that you may see."), len(newest) > MOST)


def _row(contact: Contact, came: campaign_people.Came) -> Row:
    times = came.contacts[contact.pk]
    said = [str(contact.stage)] if contact.stage else []
    said.append(ngettext("came once", "came %(n)s times", len(times)) % {"n": len(times)})
    said.append(date_format(times[-1], "DATE_FORMAT"))
    return Row(str(contact), reverse("nurture:contact", args=[contact.pk]), " · ".join(said))
