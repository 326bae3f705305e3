"""How a day is said: by its weekday, and by how far off it is. Pure."""

from datetime import date

from django.utils.dateformat import format as say
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from editorial.calendar.cards import Card, Lane

NEAR = 7  # days before it is due, from which on a card says so to everybody; before, to those who hear it


def full_day(day: date, today: date) -> str:
    """`Thursday 26 November`, with the year where it is another one."""
    return say(day, "l j F" if day.year == today.year else "l j F Y")


def until(card: Card, today: date) -> str:
    """`3 days late`, `due today`, `due in 4 days`; "" for what is no open plan of a day."""
    if late := card.days_late:
        return ngettext("%(n)s day late", "%(n)s days late", late) % {"n": late}
    if card.lane != Lane.DUE or card.day is None or not card.open:
        return ""
    left = (card.day - today).days
    if left < 2:
        return _("due tomorrow") if left else _("due today")
    return ngettext("due in %(n)s day", "due in %(n)s days", left) % {"n": left}


def is_near(card: Card, today: date) -> bool:
    """Is it late, or due within NEAR days?"""
    return bool(card.days_late) or (card.day is not None and (card.day - today).days <= NEAR)


def when(day: date, today: date) -> str:
    """`3 days late`, `today`, `in 2 days`."""
    late = (today - day).days
    if late > 0:
        return ngettext("%(n)s day late", "%(n)s days late", late) % {"n": late}
    return ngettext("in %(n)s day", "in %(n)s days", -late) % {"n": -late} if late else _("today")
