"""The newsroom's part of where a piece is used: the entry that it was written for."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cms import policy
from cms.campaigns import Part, Row
from cms.models import AssetPage
from editorial.models import Entry


def parts(piece: AssetPage, user) -> list[Part]:
    """One query; nothing for who may not see the calendar."""
    if not policy.may(user, "calendar.view"):
        return []
    may_open = policy.may(user, "calendar.change")
    rows = [_row(entry, may_open) for entry in Entry.objects.filter(page=piece.pk)]
    return [Part(_("In the calendar"), rows, _("It was not planned in the calendar."))]


def _row(entry: Entry, may_open: bool) -> Row:
    day = date_format(entry.due_on, "DATE_FORMAT") if entry.due_on else _("no day yet")
    url = reverse("editorial:edit", args=[entry.pk]) if may_open else ""
    return Row(entry.title, url, f"{entry.get_step_display()} · {day}")
