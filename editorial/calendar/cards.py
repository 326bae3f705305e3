"""What lies on the days of the calendar: one card for each date of an entry or a page. Pure.

A plan and a publication are two dates. Until its page waits for its time or is live, an entry stands on the day it is
due; then on the moment its page goes, or went, live.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from cms.models.pages import ShelfLife
from editorial import slots
from editorial.calendar import dated
from editorial.calendar.dated import Piece, Plan
from editorial.coverage_states import State
from editorial.models import Slot
from editorial.schedule import OPEN, Step


class Lane(models.TextChoices):
    """The kinds of dates that an entry or its page may have."""

    DUE = "due", _("Due")
    PUBLISH = "publish", _("Goes live")
    EXPIRE = "expire", _("Expires")
    REVIEW = "review", _("Look at again")
    SLOT = "slot", _("Held room")


DUE, PUBLISH, EXPIRE = Lane.DUE, Lane.PUBLISH, Lane.EXPIRE  # looked up once: a plan asks for them by the thousand
LAST = 1 << 31  # behind every place that somebody gave
ICONS = {
    Lane.DUE: "date", Lane.PUBLISH: "upload", Lane.EXPIRE: "time", Lane.REVIEW: "rotate", Lane.SLOT: "circle-plus",
}  # fmt: skip


@dataclass(slots=True)
class Card:
    """One date of an entry, or of a page that nobody planned. `at` is the moment, where a date is one.

    Never changed; not frozen, since a month of a large plan makes thousands, and frozen ones take four times as long.
    """

    title: str
    lane: Lane
    day: date | None
    entry: Plan | None = None
    page: Piece | None = None
    at: datetime | None = None
    days_late: int = 0
    slot: Slot | None = None
    state: State | None = None  # of a slot

    @property
    def kind(self) -> str:
        return "slot" if self.slot else "entry" if self.entry else "page"

    @property
    def pk(self) -> int:
        return (self.slot or self.entry or self.page).pk

    @property
    def key(self) -> str:
        """Unlike that of any other card of one screen."""
        return f"{self.kind}-{self.pk}-{self.lane}"

    @property
    def version(self) -> int:
        """What a move must name: the slot's or entry's version; for a date of the page its newest revision."""
        if self.slot:
            return self.slot.version
        return self.entry.version if self.is_plan else self.page.latest_revision_id or 0

    @property
    def is_plan(self) -> bool:
        return self.entry is not None and self.lane in (Lane.DUE, Lane.REVIEW)

    @property
    def done(self) -> bool:
        """It went live, expired, or was room that is filled or over: history, which nobody moves."""
        if self.slot:
            return self.state in (slots.FILLED, slots.PASSED)
        return self.page is not None and (
            (self.lane is PUBLISH and self.page.live) or (self.lane is EXPIRE and self.page.expired)
        )

    @property
    def finished(self) -> bool:
        """Nobody has anything left to do about it."""
        return self.done or (self.entry is not None and self.entry.step == Step.DROPPED)

    @property
    def open(self) -> bool:
        """It is an entry that is still to be made."""
        return self.entry is not None and self.entry.step in OPEN

    @property
    def movable(self) -> bool:
        """What stands on a page's own review date is changed on the page."""
        if self.lane == Lane.REVIEW:
            return self.entry is not None and (self.entry.review_on is not None)
        if self.slot:
            return self.state is not slots.FILLED
        return not self.done and (self.entry is None or self.entry.step != Step.DROPPED)

    @property
    def initials(self) -> str:
        """Of who works on it, for a narrow card."""
        person = self.entry.assignee
        return "".join(word[0] for word in (person.get_full_name() or person.username).split()[:2]).upper()

    @property
    def what(self) -> Plan | Piece:
        """The entry, or the page that nobody planned."""
        return self.entry or self.page

    @property
    def icon(self) -> str:
        return self.state.icon if self.state else ICONS[self.lane]

    @property
    def timely(self) -> bool:
        """It will not hold for long; whatever is not marked so is evergreen."""
        one = self.slot is None and (self.entry or self.page)
        return bool(one) and one.shelf_life == ShelfLife.TIMELY

    @property
    def planned_elsewhere(self) -> date | None:
        """The day it was planned for, when it goes live on another."""
        return self.entry.due_on if self.entry and self.lane == Lane.PUBLISH and self.entry.due_on != self.day else None

    @property
    def order(self) -> tuple:
        """Within a day: late first, then what is planned, then what is done; each as somebody put it, else by title."""
        place = self.entry.place if self.lane is DUE and self.entry else None
        return (-self.days_late, self.done, LAST if place is None else place, self.title.lower(), self.lane, self.pk)


def of_entries(entries: Iterable[Plan], waiting: dict[int, datetime], today: date) -> Iterator[Card]:
    """The cards of each entry. `waiting`: when scheduled pages go live, by page id."""
    zone = timezone.get_current_timezone()
    for entry in entries:
        page = entry.page if entry.page_id else None
        at = _live_at(page, waiting) if page and entry.step in (Step.SCHEDULED, Step.PUBLISHED) else None
        if at is None:
            late = (today - entry.due_on).days if entry.due_on and entry.step in OPEN else 0
            yield Card(entry.title, Lane.DUE, entry.due_on, entry, page, days_late=max(late, 0))
        else:
            yield Card(entry.title, Lane.PUBLISH, at.astimezone(zone).date(), entry, page, at)
        yield from _later(entry.title, entry, page, zone)


def of_pages(pages: Iterable[Piece], waiting: dict[int, datetime]) -> Iterator[Card]:
    """The cards of pages without an entry."""
    zone = timezone.get_current_timezone()
    for page in pages:
        if at := _live_at(page, waiting):
            yield Card(page.title, Lane.PUBLISH, at.astimezone(zone).date(), page=page, at=at)
        yield from _later(page.title, None, page, zone)


def of_slots(held: Iterable[Slot], today: date, *, all_told: bool) -> Iterator[Card]:
    """The cards of held room; for readers of the plan only what can still be filled, and without the stage."""
    for slot in held:
        filled = slots.is_filled(slot)
        state = slots.state(slot.day, slot.last_day, filled=filled, today=today)
        if all_told:
            yield Card(slot.title, Lane.SLOT, slot.day, slot.entry if filled else None, slot=slot, state=state)
        elif state in (slots.AHEAD, slots.URGENT):
            yield Card(_now("Room for something timely"), Lane.SLOT, slot.day, slot=slot, state=state)


def complete(cards: Iterable[Card]) -> None:
    """Read what these cards say beyond their titles and days, in at most two statements."""
    dated.complete(one.what for one in cards if isinstance(one.what, Plan | Piece))


def name_personas(cards: Iterable[Card]) -> None:
    """Fill in for whom the entries and pages of these cards are, in at most two statements."""
    whole = list(cards)
    dated.name_personas([card.entry for card in whole if isinstance(card.entry, Plan)])
    dated.name_personas([card.page for card in whole if card.page and not card.entry])


def _later(title, entry, page, zone) -> Iterator[Card]:
    """What comes after publication: its end, and the day it is looked at again."""
    if page and page.expire_at:
        yield Card(title, Lane.EXPIRE, page.expire_at.astimezone(zone).date(), entry, page, page.expire_at)
    if again := (entry and entry.review_on) or (page and page.review_by):
        yield Card(title, Lane.REVIEW, again, entry, page)


def _live_at(page: Piece, waiting: dict[int, datetime]) -> datetime | None:
    """When it will go live, or did. A live page that waits for its next version stands where it went live."""
    return page.first_published_at if page.live else waiting.get(page.pk)
