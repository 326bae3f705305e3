"""Room for the timely: what may happen to a slot, one function each, and how it stands on a day.

A slot carries a version as an entry does: a change that names an older one is refused with `Stale`, and nothing is
written. An entry that was dropped fills nothing: its slot is open again.
"""

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from cms import clock
from cms.models.pages import ShelfLife
from editorial import schedule
from editorial.calendar.span import week_start
from editorial.coverage_states import State
from editorial.models import Entry, Slot
from editorial.schedule import OPEN, Refused, Stale, Step

SOON = timedelta(days=14)  # an open slot is called urgent from here
OFFERED = 100  # entries to choose from

FILLED = State("filled", gettext_lazy("Filled"), "circle-check")
AHEAD = State("open", gettext_lazy("Open"), "circle-plus")
URGENT = State("soon", gettext_lazy("Open, soon"), "warning")
PASSED = State("passed", gettext_lazy("Passed, not filled"), "circle-xmark")


def state(first: date, last: date, *, filled: bool, today: date) -> State:
    """How room from `first` to `last` stands today. Pure."""
    if filled:
        return FILLED
    if last < today:
        return PASSED
    return URGENT if first - today <= SOON else AHEAD


def is_filled(slot: Slot) -> bool:
    """By an entry that is not dropped."""
    return slot.entry is not None and slot.entry.step != Step.DROPPED


def held() -> QuerySet:
    """Every slot that is not given up, with what its card says."""
    return Slot.objects.filter(released_at=None).select_related("stage", "topic", "persona", "entry")


def between(first: date, last: date) -> QuerySet:
    """Held slots that begin in these days."""
    return held().filter(day__range=(first, last))


def open_from(today: date) -> QuerySet:
    """Held slots that can still be filled."""
    not_over = Q(width=Slot.Width.DAY, day__gte=today) | Q(width=Slot.Width.WEEK, day__gt=today - timedelta(days=7))
    return held().filter(not_over).filter(Q(entry=None) | Q(entry__step=Step.DROPPED))


def offers(slot: Slot) -> list[Entry]:
    """Open entries that fill no slot yet: timely ones of its stage first, then its stage, then the others."""
    found = Entry.objects.filter(step__in=OPEN, slot=None).select_related("stage").defer("notes", "question")
    same_stage = Q(stage=slot.stage_id)
    best = list(found.filter(same_stage).order_by("-shelf_life", "due_on", "pk")[:OFFERED])
    return best + list(found.exclude(same_stage).order_by("-shelf_life", "due_on", "pk")[: OFFERED - len(best)])


def hold(slot: Slot, *, user) -> Slot:
    """Store a new slot; one for a week begins on the first day of it."""
    slot.day, slot.created_by = _begin(slot, slot.day), user
    with transaction.atomic():
        slot.save(force_insert=True)
        log(slot, "editorial.hold_slot", user=user, data={"day": slot.day.isoformat()})
    return slot


def revise(slot: Slot, *, user, version: int, **values) -> Slot:
    """Another `day`, `width`, `stage`, `topic`, `persona` or `note`. Raises Stale, and Refused for one given up."""
    with transaction.atomic():
        current = _claimed(slot, version)
        current.width = values.get("width", current.width)
        if "day" in values or "width" in values:
            values["day"] = _begin(current, values.get("day", current.day))
        _write(current, values, action="editorial.revise_slot", user=user)
    return current


def release(slot: Slot, *, user, version: int) -> Slot:
    """Give the room up: nothing is held there any more. Its entry, if any, stays as it is. Raises Stale."""
    with transaction.atomic():
        current = _claimed(slot, version)
        _write(current, {"released_at": clock.now()}, action="editorial.release_slot", user=user)
    return current


def fill(slot: Slot, entry: Entry, *, user, version: int, entry_version: int | None = None) -> Slot:
    """Let the entry take the room. One without a day, or with a day elsewhere, moves to the first day that is left.

    Raises Stale for a slot or entry changed by somebody else, Refused when either is taken, over or not open.
    """
    with transaction.atomic():
        current = _claimed(slot, version)
        if is_filled(current) and current.entry_id != entry.pk:
            raise Refused(_("“%(title)s” fills this room already. Take it out first.") % {"title": current.entry})
        if entry.step not in OPEN:
            raise Refused(_("“%s” is published or dropped: only a plan that is open can fill a room.") % entry)
        day = _day_for(current, entry)
        if day != entry.due_on and entry.step != Step.SCHEDULED:
            schedule.move(entry, user=user, version=entry_version or entry.version, due_on=day)
        try:
            with transaction.atomic():
                _write(current, {"entry": entry}, action="editorial.fill_slot", user=user)
        except IntegrityError as error:
            raise Refused(_("“%s” fills another room already. Take it out there first.") % entry) from error
        log(entry, "editorial.take_slot", user=user, data={"slot": str(current), "day": _say(current.day)})
    return current


def empty(slot: Slot, *, user, version: int, back_to: date | str | None = "") -> Slot:
    """Take the entry out again; `back_to`, a day or None for no day, puts it where it stood. Raises Stale."""
    with transaction.atomic():
        current = _claimed(slot, version)
        entry = current.entry
        if entry is None:
            return current
        _write(current, {"entry": None}, action="editorial.empty_slot", user=user)
        if back_to != "" and entry.step in OPEN and entry.due_on != back_to:
            schedule.move(entry, user=user, version=entry.version, due_on=back_to)
    return current


def prefill(slot: Slot, today: date) -> dict:
    """The first values of an entry that is planned for this room."""
    return {
        "stage": slot.stage,
        "personas": [slot.persona] if slot.persona else [],
        "topics": [slot.topic] if slot.topic else [],
        "due_on": max(slot.day, min(today, slot.last_day)),
        "shelf_life": ShelfLife.TIMELY,
    }


def _claimed(slot: Slot, version: int) -> Slot:
    """The slot as it is now, held until the transaction ends, if it is still the version that the person saw."""
    found = Slot.objects.select_for_update(of=("self",)).select_related("stage", "topic", "persona", "entry")
    current = found.get(pk=slot.pk)
    if current.version != version:
        raise Stale(current)
    if current.released_at:
        raise Refused(_("This room was given up. Hold it again on the calendar."))
    return current


def _write(current: Slot, values: dict, *, action: str, user) -> None:
    """Store the values with the next version and one line of history."""
    data = {name: _plain(value) for name, value in values.items()}
    for name, value in values.items():
        setattr(current, name, value)
    current.version = F("version") + 1
    current.save(update_fields=[*values, "version"])
    current.refresh_from_db(fields=["version"])
    log(current, action, user=user, data={"title": str(values.get("entry") or "")} | data)


def _begin(slot: Slot, day: date) -> date:
    return week_start(day) if slot.width == Slot.Width.WEEK else day


def _day_for(slot: Slot, entry: Entry) -> date:
    """Its own day where that lies in the room; else the first one that is not over."""
    if entry.due_on and slot.day <= entry.due_on <= slot.last_day:
        return entry.due_on
    return max(slot.day, min(timezone.localdate(clock.now()), slot.last_day))


def _say(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value and str(value)
