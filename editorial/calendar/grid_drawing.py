"""How a day of the month or the week looks, said in Python for the same reason as its cards (`drawing.py`)."""

from collections.abc import Callable, Iterable

from django.urls import reverse
from django.utils.dateformat import format as say
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from editorial.calendar.cards import Card
from editorial.calendar.layout import Day
from editorial.markup import NOTHING, filled, icon

MARKS = (("--today", "today"), ("--past", "past"))
HERE = SafeString(' id="nr-today"')  # where "Today" leads


class DayPen:
    """Draws the days of one answer. `cards`: draws those of a day; `list_url`: where a full day goes on."""

    def __init__(
        self, cards: Callable[[Iterable[Card]], SafeString], *, may_change: bool, here: str, list_url: str,
        by_person: bool,
    ):  # fmt: skip
        self.cards, self.may_change, self.list_url = cards, may_change, list_url
        self.grouped = SafeString(" data-grouped") if by_person else NOTHING
        self.add = reverse("editorial:add")
        self.back = urlencode({"next": here})
        self._weekdays: dict[int, str] = {}
        self._months: dict[int, str] = {}

    def day(self, day: Day) -> SafeString:
        """One cell."""
        date, number = day.date, day.date.day
        weekday, month = self._name(self._weekdays, date.weekday(), date, "l"), self._month(date)
        classes = "".join(f" nr-cell-day{mark}" for mark, name in MARKS if getattr(day, name))
        classes += " nr-cell-day--outside" * (not day.inside) + " nr-cell-day--empty" * (not day.cards)
        return filled(
            '<section class="nr-cell-day{}"{} role="listitem"><h3 class="nr-cell-day__name"><time datetime="{}">'
            '<span class="nr-cell-day__weekday">{}, </span><span class="nr-cell-day__number">{}</span>'
            '<span class="nr-cell-day__month"> {}</span></time>{}{}{}</h3>'
            '<ul class="nr-cards" data-day="{}" data-label="{}, {} {}"{} tabindex="-1">{}</ul></section>',
            classes, HERE if day.today else NOTHING, date.isoformat(), weekday, number, month,
            self._today if day.today else NOTHING,
            self._more(day), self._plus(day, weekday), date.isoformat(), weekday, number, month, self.grouped,
            self.cards(day.shown),
        )  # fmt: skip

    def _more(self, day: Day) -> SafeString:
        if not day.hidden:
            return NOTHING
        html = '<a class="nr-cell-day__more" href="{}&amp;from={}">{}<span class="w-sr-only"> {} {}</span></a>'
        words = self._words["more"] % {"n": day.hidden}
        return filled(html, self.list_url, day.date.isoformat(), words, day.date.day, self._month(day.date))

    def _plus(self, day: Day, weekday: str) -> SafeString:
        if not self.may_change:
            return NOTHING
        iso, month = day.date.isoformat(), self._month(day.date)
        return filled(
            '<a class="nr-cell-day__add" href="{}?due_on={}&amp;{}" data-action="lede-calendar#add" data-day="{}" '
            'data-label="{}, {} {}">{}<span class="w-sr-only">{} {} {}</span></a>',
            self.add, iso, self.back, iso, weekday, day.date.day, month, icon("plus"), self._words["plan"],
            day.date.day, month,
        )  # fmt: skip

    def _month(self, date) -> str:
        return self._name(self._months, date.month, date, "F")

    @staticmethod
    def _name(known: dict[int, str], key: int, date, how: str) -> str:
        if key not in known:
            known[key] = say(date, how)
        return known[key]

    @cached_property
    def _today(self) -> SafeString:
        return filled('<span class="w-sr-only"> ({})</span>', _("today"))

    @cached_property
    def _words(self) -> dict[str, str]:
        return {"more": _("+%(n)s more"), "plan": _("Plan a piece")}
