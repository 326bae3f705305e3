"""Shifting plans together: an entry with its open steps, or a series of entries, by so many days.

A series is whatever a person chose together. Each entry is carried for itself: one that somebody changed since it was
seen, or a step that stands on another day by now, stays where it is and is told; all others move.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core import signing
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cms.models import AssetPage
from editorial import dates, schedule
from editorial.calendar.span import FIRST_YEAR, LAST_YEAR, read_day
from editorial.models import Assignment, Entry
from editorial.schedule import Refused, Stale, Step

MOST = 200  # entries at once: each is a short transaction of its own
FARTHEST = 366  # days
SALT = "editorial.series"

Days = dict[int, date]  # open steps, each with the day that it stands on


@dataclass(frozen=True)
class Wish:
    """What a person saw of an entry and wants moved: its version, its steps and, if they said so, its publication.

    `revision`: the newest of the page, as the person saw it; None: its publication stays.
    """

    entry: int
    version: int
    steps: Days = field(default_factory=dict)
    revision: int | None = None


@dataclass(frozen=True)
class Carried:
    """An entry that was moved, as it is now; its steps that were, and the names of those that were not."""

    entry: Entry
    steps: Days
    left: list[str]
    revision: int | None = None

    @property
    def again(self) -> Wish:
        """The same once more, from where it stands now: with the opposite of the days it undoes this."""
        return Wish(self.entry.pk, self.entry.version, self.steps, self.revision)


@dataclass
class Shifted:
    """What came of a series: what moved, and in words what stayed where it was."""

    days: int
    carried: list[Carried] = field(default_factory=list)
    stayed: list[str] = field(default_factory=list)

    @property
    def undo(self) -> str:
        """What `read_undo` understands."""
        wishes = [one.again for one in self.carried]
        said = [[one.entry, one.version, say_steps(one.steps), one.revision] for one in wishes]
        return signing.dumps([-self.days, said], salt=SALT, compress=True)


def open_steps(entries: Iterable[int]) -> dict[int, list[Assignment]]:
    """The steps of these entries that are to be done by a day, by entry. One query."""
    found: dict[int, list[Assignment]] = {}
    for step in Assignment.objects.filter(entry__in=entries, done_at=None, due_on__isnull=False):
        found.setdefault(step.entry_id, []).append(step)
    return found


def shift(wishes: Iterable[Wish], *, days: int, user) -> Shifted:
    """Move each by so many days, or tell why it stayed. At most MOST."""
    result = Shifted(days)
    wishes = list(wishes)[:MOST]
    known = Entry.objects.in_bulk([one.entry for one in wishes])
    for wish in wishes:
        entry = known.get(wish.entry)
        if entry is None:
            result.stayed.append(_("One of them was deleted meanwhile."))
            continue
        try:
            carried = carry(entry, wish, days=days, user=user)
        except (Stale, Refused) as error:
            result.stayed.append(str(error))
            continue
        result.carried.append(carried)
        if carried.left:
            said = {"title": carried.entry.title, "steps": ", ".join(carried.left)}
            result.stayed.append(_("“%(title)s”: steps that were changed meanwhile keep their day: %(steps)s.") % said)
    return result


def carry(entry: Entry, wish: Wish, *, days: int, user, note: str = "") -> Carried:
    """Move one entry's day, or its publication if that was said, and its open steps. Raises Stale and Refused."""
    with transaction.atomic():
        current = schedule.claimed(entry, wish.version)
        if current.step in (Step.PUBLISHED, Step.DROPPED):
            said = {"title": current.title, "step": current.get_step_display().lower()}
            raise Refused(_("“%(title)s” is %(step)s, so it stays where it is.") % said)
        revision = None
        if current.step == Step.SCHEDULED:
            revision = _reschedule(current, wish, days, user)
        steps, left = _carry_steps(current, wish.steps, days)
        values = {}
        if current.step != Step.SCHEDULED and current.due_on:
            values = {"due_on": far(current.due_on, days), "place": None}
        names = [step.name for step in steps]
        told = {"days": days, "steps": names}
        schedule.write(current, values, action="editorial.shift", user=user, note=note, more=told)
    return Carried(current, {step.pk: step.due_on for step in steps}, left, revision)


def far(day: date, days: int) -> date:
    """That many days on. Raises Refused beyond the calendar."""
    there = day + timedelta(days=days)
    if not FIRST_YEAR <= there.year <= LAST_YEAR:
        raise Refused(_("The calendar ends before %s.") % there)
    return there


def read_undo(text: str) -> tuple[int, list[Wish]]:
    """What `Shifted.undo` said: days and wishes. Raises ValueError for anything else."""
    try:
        days, wishes = signing.loads(text, salt=SALT)
    except signing.BadSignature as error:
        raise ValueError("no shift of ours") from error
    return days, [Wish(pk, version, read_steps(steps), revision) for pk, version, steps, revision in wishes]


def say_steps(steps: Days) -> str:
    """As a form or a request names them: `12:2026-12-01,13:2026-12-04`."""
    return ",".join(f"{pk}:{day.isoformat()}" for pk, day in steps.items())


def read_steps(text: str) -> Days:
    """What `say_steps` said; what it cannot have said is left out."""
    found = {}
    for part in text.split(",") if text else ():
        key, _colon, day = part.partition(":")
        with suppress(ValueError):
            found[int(key[:18])] = read_day(day)
    return found


def _reschedule(current: Entry, wish: Wish, days: int, user) -> int:
    """Let its page go live so many days on; the revision that says so. Raises Refused unless the person said so."""
    if wish.revision is None:
        raise Refused(_("“%s” waits for its publication, so it stays where it is.") % current.title)
    waiting = current.page.scheduled_revision
    if waiting is None:
        raise Refused(_("“%s” does not wait for its publication any more.") % current.title)
    day = far(timezone.localdate(waiting.approved_go_live_at), days)
    dates.reschedule(current.page, user=user, version=wish.revision, day=day)
    return AssetPage.objects.values_list("latest_revision_id", flat=True).get(pk=current.page_id)


def _carry_steps(current: Entry, seen: Days, days: int) -> tuple[list[Assignment], list[str]]:
    """Move its open steps that stand where they were seen. They, and the names of those that do not."""
    found = current.assignments.select_for_update().filter(pk__in=seen)
    moved = [step for step in found if step.done_at is None and step.due_on == seen[step.pk]]
    left = [step.name for step in found if step not in moved and step.done_at is None]
    for step in moved:
        step.due_on = far(step.due_on, days)
    Assignment.objects.bulk_update(moved, ["due_on"], batch_size=200)
    return moved, left
