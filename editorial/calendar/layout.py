"""How cards are laid out: by day, by step or by person. Pure: cards in, columns out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from editorial.calendar.cards import Card, Lane
from editorial.calendar.span import Month, Quarter, Span, Week, week_start
from editorial.schedule import OPEN, Step

CELL_HOLDS = 6  # cards of a day in a grid; the list shows the others
WEEK_HOLDS = 12  # cards of a week in a quarter; the week shows the others
LIST_HOLDS = 100  # cards of the list, then it ends with the day
COLUMNS = (*OPEN, Step.PUBLISHED)


@dataclass
class Day:
    date: date
    today: bool = False
    past: bool = False
    inside: bool = True
    cards: list[Card] = field(default_factory=list)
    holds = CELL_HOLDS

    @property
    def shown(self) -> list[Card]:
        return self.cards[: self.holds]

    @property
    def hidden(self) -> int:
        return len(self.cards) - len(self.shown)


@dataclass
class WeekCell(Day):
    """A week of a quarter; `date` is its first day."""

    first_left: date | None = None  # where something without a day is put: its first day that is not over
    holds = WEEK_HOLDS

    @property
    def shown(self) -> list[Card]:
        """Of a full week what is late and planned before what is done; by day all the same."""
        return sorted(self.cards[: self.holds], key=lambda card: card.day)

    @property
    def hidden(self) -> int:
        return max(len(self.cards) - self.holds, 0)

    @property
    def last(self) -> date:
        return self.date + timedelta(days=6)

    @property
    def number(self) -> int:
        """Of its Thursday: by which weeks are counted, whatever day they begin with."""
        return next(day for day in Span(self.date, self.last).days if day.isoweekday() == 4).isocalendar().week


@dataclass
class Layout:
    """Days of the span, or weeks of a quarter; what is late from before, while today is in it; what has no day."""

    days: list[Day]
    earlier: list[Card]
    unscheduled: list[Card]
    rest_from: Card | None = None  # the last card of a list that is too long: it goes on behind that one

    @property
    def weeks(self) -> list[list[Day]]:
        return [self.days[start : start + 7] for start in range(0, len(self.days), 7)]

    @property
    def cards(self) -> list[Card]:
        """All of them, wherever they lie."""
        return [*self.earlier, *self.unscheduled, *(card for day in self.days for card in day.cards)]

    @property
    def shown(self) -> list[Card]:
        """Those of them that a grid has room for."""
        return [*self.earlier, *self.unscheduled, *(card for day in self.days for card in day.shown)]

    @property
    def overdue(self) -> int:
        return len(self.earlier) + sum(card.days_late > 0 for day in self.days for card in day.cards)

    @property
    def empty(self) -> bool:
        return not (self.earlier or self.unscheduled or any(day.cards for day in self.days))


@dataclass
class Column:
    """The entries at one step, at most so many of them, and whether there are more."""

    step: str
    label: str
    cards: list[Card]
    goes_on: bool

    @property
    def by_hand(self) -> bool:
        return self.step not in (Step.SCHEDULED, Step.PUBLISHED)


def grid(span: Month | Week, cards: Iterable[Card], today: date) -> Layout:
    """Every day of the weeks that the span touches."""
    shown = span.grid
    days = {day: Day(day, day == today, day < today, day in span) for day in shown.days}
    return _fill(days, cards, shown, today)


def quarter(span: Quarter, cards: Iterable[Card], today: date) -> Layout:
    """Every week that the quarter touches; its cards stand by their order, those that are shown by their days."""
    firsts = span.grid.days[::7]
    now = week_start(today)
    weeks = {
        first: WeekCell(first, first == now, first < now, first_left=max(first, today) if first == now else first)
        for first in firsts
    }
    cells = {day: weeks[week_start(day)] for day in span.grid.days}
    layout = _fill(cells, cards, span.grid, today)
    layout.days = list(weeks.values())
    return layout


def listed(span: Span, cards: Iterable[Card], today: date, after: str = "") -> Layout:
    """Only days with something on them, and today, until the list is long enough. `after`: the key of a card of the
    first day behind which the list goes on."""
    cards = list(cards)
    dates = {card.day for card in cards if card.day and card.day in span} | ({today} if today in span else set())
    layout = _fill({day: Day(day, day == today, day < today) for day in sorted(dates)}, cards, span, today)
    _go_on(layout.days, after)
    held = 0
    for number, day in enumerate(layout.days, 1):
        if held + len(day.cards) > LIST_HOLDS:
            day.cards = day.cards[: LIST_HOLDS - held]
            layout.days = layout.days[:number]
            while not layout.days[-1].cards:  # today may be empty: it stands on the next page then
                layout.days.pop()
            layout.rest_from = layout.days[-1].cards[-1]
            break
        held += len(day.cards)
    return layout


def by_person(cards: Iterable[Card]) -> dict[str, list[Card]]:
    """Cards by who has them, by name: what nobody has behind the people, then what no entry is about; each group in its
    order."""
    people, others = {}, {}
    for card in cards:
        who = card.entry.assignee if card.entry and not card.slot else None
        name = str(who) if who else _("Nobody yet") if card.entry and not card.slot else _("Without an entry")
        (people if who else others).setdefault(name, []).append(card)
    return {name: people[name] for name in sorted(people, key=str.lower)} | dict(sorted(others.items()))


def _go_on(days: list[Day], after: str) -> None:
    """Take out of the first day what stood on the page before; nothing, when that card stands there no more."""
    places = [number for number, card in enumerate(days[0].cards, 1) if card.key == after] if days and after else []
    if places:
        days[0].cards = days[0].cards[places[0] :]


def board(cards: Iterable[Card], holds: int) -> list[Column]:
    """One column a step, in the order of the work, of at most so many cards; a card for each entry, however many dates
    it has, by the day it is due."""
    by_step = {step: [] for step in COLUMNS}
    for card in sorted(cards, key=lambda card: (card.day is None, str(card.day), card.order)):
        if card.lane in (Lane.DUE, Lane.PUBLISH) and card.entry and card.entry.step in by_step:
            by_step[card.entry.step].append(card)
    return [Column(step, step.label, found[:holds], len(found) > holds) for step, found in by_step.items()]


def _fill(days: dict[date, Day], cards: Iterable[Card], span: Span, today: date) -> Layout:
    earlier, unscheduled = [], []
    for card in sorted(cards, key=lambda card: card.order):
        if card.day is None:
            unscheduled.append(card)
        elif card.day in days:
            days[card.day].cards.append(card)
        elif card.days_late and card.day < span.first and today in span:
            earlier.append(card)
    return Layout(list(days.values()), earlier, unscheduled)
