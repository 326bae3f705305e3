"""The newsroom's part of a campaign's page: what is planned for it."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms import policy
from cms.campaigns import MOST, Part, Row
from cms.models import Campaign
from editorial.models import Entry


def parts(campaign: Campaign, user) -> list[Part]:
    """Its entries by day, dropped ones left out; none for who may not see the calendar."""
    if not policy.may(user, "calendar.view"):
        return []
    entries = list(Entry.objects.filter(campaign=campaign).exclude(step=Entry.Step.DROPPED)[: MOST + 1])
    may_open = policy.may(user, "calendar.change")
    rows = [_row(entry, may_open) for entry in entries[:MOST]]
    return [Part(_("In the calendar"), rows, _("Nothing is planned for it yet."), len(entries) > MOST)]


def _row(entry: Entry, may_open: bool) -> Row:
    day = date_format(entry.due_on, "j M Y") if entry.due_on else _("no day yet")
    url = reverse("editorial:edit", args=[entry.pk]) if may_open else ""
    return Row(entry.title, url, f"{entry.get_step_display()} · {day}")
