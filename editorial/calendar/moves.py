"""One way to move anything on the calendar: a plan's day, an entry's step, the day a page goes live or expires.

Each verb hands `user`, `version` and `note` on to what carries it out: who moves it, what they saw, and the line that
the history keeps with it.
"""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms import clock
from cms.models import AssetPage
from editorial import dates, places, schedule, series, slots
from editorial.calendar.cards import Lane
from editorial.models import Entry, Slot

NOBODY = "none"
PLANS = {Lane.DUE: "due_on", Lane.REVIEW: "review_on"}


class Question(Exception):
    """The person should say yes first; the message asks, `yes` is what the button says. `why`: what a reason is called
    that they have to give with it, if one is needed."""

    def __init__(self, text: str, yes: str, why: str = ""):
        super().__init__(text)
        self.yes, self.why = yes, why


@dataclass(frozen=True)
class Target:
    """What is moved: one date of an entry or of a page, an entry's step, or held room."""

    lane: Lane
    entry: Entry | None = None
    page: AssetPage | None = None
    slot: Slot | None = None

    @property
    def title(self) -> str:
        return (self.slot or self.entry or self.page).title

    @property
    def is_plan(self) -> bool:
        return self.slot is not None or (self.entry is not None and self.lane in PLANS)

    @property
    def may_wait(self) -> bool:
        """Can it do without a day?"""
        return self.is_plan and self.slot is None

    @property
    def may_be_placed(self) -> bool:
        """Is it a plan of a day, that may stand before or behind the others?"""
        return self.lane == Lane.DUE and self.entry is not None and self.day is not None

    @property
    def version(self) -> int:
        """As the move must name it."""
        if self.slot:
            return self.slot.version
        return self.entry.version if self.is_plan else self.page.latest_revision_id or 0

    @property
    def day(self) -> date | None:
        """Where it stands now."""
        if self.slot:
            return self.slot.day
        if self.is_plan:
            return getattr(self.entry, PLANS[self.lane])
        if self.lane == Lane.EXPIRE:
            return self.page.expire_at and timezone.localdate(self.page.expire_at)
        waiting = self.page.scheduled_revision
        return waiting and timezone.localdate(waiting.approved_go_live_at)


@dataclass(frozen=True)
class Moved:
    """What was done, in words, and what undoes it: values for the same move."""

    text: str
    version: int
    undo: dict[str, str]


def to_day(
    target: Target, *, day: date | None, sure: bool = False, after: int | None = None, steps: str = "", **who
) -> Moved:
    """Put it on that day (None: no day, for plans), where asked right after another entry of the day (0: first), and
    with these open steps of its work ("all", or as `series.say_steps` says them) as far.

    Raises Question unless `sure`, and Stale and Refused.
    """
    before = target.day
    if after is not None and day is not None and day == before and target.may_be_placed:
        return to_place(target, after=after, **who)
    undo = {"day": before.isoformat()} if before else {"pick": "none"}
    if target.may_be_placed and target.entry.place is not None:
        undo["after"] = str(places.before(target.entry))
    if not sure:
        _ask(target, day)
    if steps and target.may_be_placed and day and day != before:
        return _with_steps(target, day=day, steps=steps, undo=undo, **who)
    version, day = _put(target, day=day, after=after, **who)
    where = date_format(day, "DATE_FORMAT") if day else _("“No day yet”")
    text = _("“%(title)s” is moved to %(day)s.") % {"title": target.title, "day": where}
    return Moved(text, version, undo)


def _put(
    target: Target, *, user, version: int, day: date | None, after: int | None, note: str = ""
) -> tuple[int, date | None]:
    """Write it; the version and the day that stand now (room for a week begins with the week)."""
    if target.slot:
        if day is None:
            raise schedule.Refused(_("Held room has a day. To give it up, open it and press “Give it up”."))
        slot = slots.revise(target.slot, user=user, version=version, day=day)
        return slot.version, slot.day
    if target.is_plan:
        entry = schedule.move(target.entry, user=user, version=version, note=note, **{PLANS[target.lane]: day})
        if after is not None and day and target.lane == Lane.DUE:
            entry = places.put(entry, user=user, version=entry.version, after=after)
        return entry.version, day
    if day is None:
        raise schedule.Refused(_("A date of the page is taken away in the page editor, not here."))
    change = {Lane.PUBLISH: dates.reschedule, Lane.EXPIRE: dates.expire_on}[target.lane]
    change(target.page, user=user, version=version, day=day, note=note)
    return AssetPage.objects.values_list("latest_revision_id", flat=True).get(pk=target.page.pk), day


def _with_steps(target: Target, *, user, version: int, day: date, steps: str, undo: dict, note: str = "") -> Moved:
    """Move an entry's day and its open steps as far. Raises Stale and Refused."""
    if steps == "all":
        going = {step.pk: step.due_on for step in series.open_steps([target.entry.pk]).get(target.entry.pk, [])}
    else:
        going = series.read_steps(steps)
    wish = series.Wish(target.entry.pk, version, going)
    carried = series.carry(target.entry, wish, days=(day - target.day).days, user=user, note=note)
    said = {"title": target.title, "day": date_format(day, "DATE_FORMAT"), "n": len(carried.steps)}
    one, many = "“%(title)s” and %(n)d step are moved to %(day)s.", "“%(title)s” and %(n)d steps are moved to %(day)s."
    text = ngettext(one, many, said["n"]) % said
    if carried.left:
        text += " " + _("Changed meanwhile, so not moved: %s.") % ", ".join(carried.left)
    return Moved(text, carried.entry.version, undo | {"steps": series.say_steps(carried.steps)})


def to_place(target: Target, *, after: int | None = None, by: int = 0, **who) -> Moved:
    """Put it right after another entry of its day (0: first), or so many places on. Raises Stale and Refused."""
    if not target.may_be_placed:
        raise schedule.Refused(_("“%s” has no place among the plans of a day.") % target.title)
    undo = {"day": target.day.isoformat(), "after": str(places.before(target.entry))}
    entry = places.shift(target.entry, **who, by=by) if by else places.put(target.entry, **who, after=after or 0)
    said = {"title": entry.title, "place": entry.place, "day": date_format(entry.due_on, "DATE_FORMAT")}
    return Moved(_("“%(title)s” is number %(place)d of %(day)s.") % said, entry.version, undo)


def to_step(target: Target, *, step: str, reason: str = "", **who) -> Moved:
    """Put the entry at another step of the work. Raises Stale and Refused, and Question where a reason is needed."""
    before = target.entry.step
    try:
        entry = schedule.move(target.entry, step=step, reason=reason, **who)
    except schedule.Unready as error:
        raise Question(str(error), _("Begin all the same"), _("Why all the same")) from error
    text = _("“%(title)s” is at “%(step)s” now.") % {"title": entry.title, "step": entry.get_step_display()}
    return Moved(text, entry.version, {"step": before})


def to_person(target: Target, *, assignee, **who) -> Moved:
    """Give the entry to somebody, or to nobody (None). Raises Stale."""
    before = target.entry.assignee_id
    entry = schedule.move(target.entry, assignee=assignee, **who)
    words = _("“%(title)s” is %(who)s’s now.") if assignee else _("“%(title)s” is nobody’s now.")
    return Moved(words % {"title": entry.title, "who": assignee}, entry.version, {"assignee": str(before or NOBODY)})


def to_title(target: Target, *, title: str, **who) -> Moved:
    """Call the entry something else. Raises Stale."""
    before = target.entry.title
    entry = schedule.revise(target.entry, values={"title": title}, **who)
    text = _("“%(before)s” is called “%(title)s” now.") % {"before": before, "title": entry.title}
    return Moved(text, entry.version, {"title": before})


def _ask(target: Target, day: date | None) -> None:
    """Readers see real dates, and a plan in the past is most often a slip of the hand."""
    said = {"title": target.title, "day": day and date_format(day, "DATE_FORMAT")}
    if not target.is_plan and day:
        if target.lane == Lane.PUBLISH:
            raise Question(_("Let “%(title)s” go live on %(day)s? Its publication changes.") % said, _("Reschedule"))
        raise Question(_("Take “%(title)s” offline on %(day)s? This changes its expiry.") % said, _("Change expiry"))
    if target.is_plan and day and day < timezone.localdate(clock.now()):
        raise Question(_("%(day)s is over. Move “%(title)s” there all the same?") % said, _("Move it"))
