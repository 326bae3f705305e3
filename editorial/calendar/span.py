"""A stretch of days that the calendar shows: a month, a week or a quarter. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as say
from django.utils.formats import date_format
from django.utils.translation import gettext as _

FIRST_YEAR, LAST_YEAR = 1970, 2199
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both shown."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """Its beginning and the beginning of the day after it, in the time zone in force."""
        after = self.last + timedelta(days=1)
        return tuple(timezone.make_aware(datetime.combine(day, time.min)) for day in (self.first, after))

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]


class Month(Span):
    """A calendar month; its address is `2026-11`."""

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))

    @property
    def previous(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    @property
    def next(self) -> "Month":
        return Month.of(self.last + timedelta(days=1))

    @property
    def grid(self) -> Span:
        """The whole weeks that it touches."""
        return Span(week_start(self.first), week_start(self.last) + timedelta(days=6))

    @property
    def name(self) -> str:
        return date_format(self.first, "F Y")

    def __str__(self):
        return f"{self.first:%Y-%m}"


class Week(Span):
    """Seven days; its address is the first of them, `2026-11-23`."""

    @classmethod
    def of(cls, day: date) -> "Week":
        first = week_start(day)
        return cls(first, first + timedelta(days=6))

    @property
    def previous(self) -> "Week":
        return Week.of(self.first - WEEK)

    @property
    def next(self) -> "Week":
        return Week.of(self.first + WEEK)

    @property
    def grid(self) -> Span:
        return self

    @property
    def name(self) -> str:
        """`23 – 29 November 2026`, with the first month where it is another one."""
        begin = "j" if self.first.month == self.last.month else "j F" if self.first.year == self.last.year else "j F Y"
        return _("%(first)s – %(last)s") % {"first": say(self.first, begin), "last": say(self.last, "j F Y")}

    def __str__(self):
        return f"{self.first:%Y-%m-%d}"


class Quarter(Span):
    """Three months of a calendar year; its address is the first of them, `2026-10`."""

    @classmethod
    def of(cls, day: date) -> "Quarter":
        first = day.replace(month=day.month - (day.month - 1) % 3, day=1)
        return cls(first, Month.of(first.replace(month=first.month + 2)).last)

    @property
    def previous(self) -> "Quarter":
        return Quarter.of(self.first - timedelta(days=1))

    @property
    def next(self) -> "Quarter":
        return Quarter.of(self.last + timedelta(days=1))

    @property
    def grid(self) -> Span:
        """The whole weeks that it touches."""
        return Span(week_start(self.first), week_start(self.last) + timedelta(days=6))

    @property
    def name(self) -> str:
        """`October – December 2026`."""
        return _("%(first)s – %(last)s") % {"first": say(self.first, "F"), "last": date_format(self.last, "F Y")}

    def __str__(self):
        return f"{self.first:%Y-%m}"


def read(text: str, kind: type[Month] | type[Week] | type[Quarter]) -> Month | Week | Quarter:
    """The month, week or quarter in which `2026-11` or `2026-11-23` lies, from 1970 to 2199. Raises ValueError."""
    return kind.of(read_day(text if len(text) > 7 else f"{text}-01"))


def read_day(text: str) -> date:
    """`2026-11-23`, from 1970 to 2199. Raises ValueError otherwise."""
    day = datetime.strptime(text, "%Y-%m-%d").date()
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"{text} is no time to plan in")
    return day


def week_start(day: date) -> date:
    """The first day of its week; which weekday that is, the installation says (0: Sunday)."""
    first = (settings.WEEK_START - 1) % 7
    return day - timedelta(days=(day.weekday() - first) % 7)
