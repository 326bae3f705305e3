"""A month of the plan, laid out by day. Pure: rows in, lines out."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from cms.models import AssetPage
from editorial.models import Entry
from editorial.schedule import OPEN


@dataclass(frozen=True)
class Month:
    """A calendar month by its first day."""

    first: date

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.replace(day=1))

    @classmethod
    def parse(cls, text: str) -> "Month":
        """`2026-11`, from 1970 to 2199. Raises ValueError for anything else."""
        first = datetime.strptime(text, "%Y-%m").date()
        if not 1970 <= first.year < 2200:
            raise ValueError(f"{text} is no month to plan in")
        return cls(first)

    @property
    def last(self) -> date:
        return self.first.replace(day=monthrange(self.first.year, self.first.month)[1])

    @property
    def previous(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    @property
    def next(self) -> "Month":
        return Month.of(self.last + timedelta(days=1))

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Its beginning and the next one's, in the time zone in force."""
        return tuple(timezone.make_aware(datetime.combine(day, time.min)) for day in (self.first, self.next.first))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __str__(self):
        return f"{self.first:%Y-%m}"


@dataclass(frozen=True)
class Line:
    """One row of the list: an entry, or a live piece that nobody planned."""

    title: str
    day: date | None
    entry: Entry | None = None
    page: AssetPage | None = None
    days_late: int = 0

    @property
    def published(self) -> bool:
        return self.entry is None or self.entry.step == Entry.Step.PUBLISHED

    @property
    def planned_elsewhere(self) -> date | None:
        """The day it was planned for, when it went live on another."""
        return self.entry.due_on if self.entry and self.published and self.entry.due_on != self.day else None


@dataclass
class Day:
    date: date
    today: bool
    lines: list[Line] = field(default_factory=list)


@dataclass
class Layout:
    """What the screen shows: days with something on them (today always), what is late from before, what has no day."""

    days: list[Day]
    earlier: list[Line]
    unscheduled: list[Line]

    @property
    def overdue(self) -> int:
        return len(self.earlier) + sum(line.days_late > 0 for day in self.days for line in day.lines)

    @property
    def empty(self) -> bool:
        return not (self.earlier or self.unscheduled or any(day.lines for day in self.days))


def lay_out(month: Month, entries: Iterable[Entry], pieces: Iterable[AssetPage], today: date) -> Layout:
    """Entries on the day they are planned for, or went live on; pieces on the day they went live. Within a day: late
    first, then planned, then done, each by title."""
    lines = [_entry_line(entry, today) for entry in entries]
    lines += [Line(page.title, _live_on(page), page=page) for page in pieces]
    lines.sort(key=lambda line: (-line.days_late, line.published, line.title.lower()))
    days = {today: Day(today, True)} if today in month else {}
    for line in lines:
        if line.day and line.day in month:
            days.setdefault(line.day, Day(line.day, line.day == today)).lines.append(line)
    return Layout(
        days=[days[day] for day in sorted(days)],
        earlier=[line for line in lines if line.day and line.day < month.first],
        unscheduled=[line for line in lines if line.day is None],
    )


def _entry_line(entry: Entry, today: date) -> Line:
    done = entry.step == Entry.Step.PUBLISHED and entry.page_id
    day = _live_on(entry.page) if done else entry.due_on
    late = (today - day).days if day and entry.step in OPEN else 0
    return Line(entry.title, day, entry, entry.page if entry.page_id else None, max(late, 0))


def _live_on(page: AssetPage) -> date | None:
    return timezone.localdate(page.first_published_at) if page.first_published_at else None
