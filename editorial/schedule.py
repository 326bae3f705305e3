"""The plan: what may happen to an entry, one function each. Every change is in the entry's history.

Whoever begins to write while questions of the brief that are needed first are open is refused, or says why.

An entry carries a version. Whoever changes it says which version they saw; when somebody else was faster the change is
refused with `Stale` and nothing is written. Pages are changed by `start_draft` alone.
"""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.log_actions import registry as log_registry
from wagtail.models import Page

from cms import clock
from cms.models import AssetPage, HomePage
from editorial import drafts
from editorial.models import BriefPoint, Entry, Waiver

Step = Entry.Step
OPEN = (Step.IDEA, Step.BRIEF, Step.ASSIGNED, Step.DRAFTING, Step.REVIEW, Step.SCHEDULED)
BEFORE_WRITING = (Step.IDEA, Step.BRIEF, Step.ASSIGNED)
BY_HAND = (Step.IDEA, Step.BRIEF, Step.ASSIGNED, Step.DRAFTING, Step.REVIEW)
FIELDS = (
    "title", "step", "due_on", "review_on", "stage", "format", "medium", "length", "approach", "shelf_life", "question",
    "call_to_action", "notes", "assignee", "campaign",
)  # fmt: skip
SETS = ("personas", "topics")


class Stale(Exception):
    """Somebody else changed the entry (or its page) since it was read. Carries it as it is now, and who it was."""

    def __init__(self, entry: Entry | AssetPage):
        self.entry = entry
        last = log_registry.get_logs_for_instance(entry).select_related("user").order_by("-timestamp", "-pk").first()
        self.by = last.user_display_name if last else ""
        self.at = last.timestamp if last else None
        super().__init__(
            _("%(who)s changed “%(title)s” after you opened it. Nothing was saved; look at it again and repeat.")
            % {"who": self.by or _("Somebody"), "title": entry.title}
        )


class Refused(Exception):
    """The change makes no sense for this entry; the message says why and what to do instead."""


class Unready(Refused):
    """Questions that are needed before drafting are open. With a reason the same change is carried out."""

    def __init__(self, title: str, questions: list[str]):
        self.questions = questions
        said = {"title": title, "questions": " · ".join(questions)}
        super().__init__(_("“%(title)s” is not ready for drafting. Open in its brief: %(questions)s") % said)


def plan(entry: Entry, *, user, personas=(), topics=()) -> Entry:
    """Store a new entry with the personas and topics it is for."""
    with transaction.atomic():
        entry.created_by = user
        entry.save(force_insert=True)
        entry.personas.set(personas)
        entry.topics.set(topics)
        log(entry, "editorial.plan", user=user, data={"due_on": _plain(entry.due_on)})
    return entry


def move(entry: Entry, *, user, version: int, reason: str = "", note: str = "", **values) -> Entry:
    """Another `due_on`, `review_on` (None: no day), `step` or `assignee` (None: nobody). Raises Stale and Refused.

    `note`: a line that the history keeps with it.
    """
    if unknown := set(values) - {"due_on", "review_on", "step", "assignee"}:
        raise ValueError(f"An entry is not moved by {sorted(unknown)}")
    with transaction.atomic():
        current = claimed(entry, version)
        if values.get("step", current.step) != current.step:
            _check_step(current, values["step"])
            _check_brief(current, values["step"], user, reason)
        changed = {name: value for name, value in values.items() if getattr(current, name) != value}
        if "due_on" in changed and current.place is not None:
            changed["place"] = None  # it was its place among the entries of the day it leaves
        if changed:
            write(current, changed, action="editorial.move", user=user, note=note)
    return current


def revise(entry: Entry, *, user, version: int, values: dict, reason: str = "", note: str = "") -> Entry:
    """Change what the entry says. `values`: any of FIELDS, and personas and topics. Raises, and keeps a note, as `move`
    does."""
    if unknown := set(values) - set(FIELDS) - set(SETS):
        raise ValueError(f"An entry has no {sorted(unknown)} to revise")
    with transaction.atomic():
        current = claimed(entry, version)
        if values.get("step", current.step) != current.step:
            _check_step(current, values["step"])
            _check_brief(current, values["step"], user, reason)
        changed = {name: values[name] for name in FIELDS if name in values and getattr(current, name) != values[name]}
        sets = {name: set(values[name]) for name in SETS if name in values}
        sets = {name: wanted for name, wanted in sets.items() if wanted != set(getattr(current, name).all())}
        if changed or sets:
            write(current, changed, action="editorial.revise", user=user, sets=sets, note=note)
    return current


def start_draft(entry: Entry, user, *, reason: str = "") -> AssetPage:
    """The entry's draft page under the home page, tagged as the entry says; made once, then always the same one.

    Raises PermissionDenied when the user may not add pages there, Refused for a dropped entry, and Unready.
    """
    with transaction.atomic():
        current = _locked(entry)
        if current.page_id:
            return current.page
        if current.step == Step.DROPPED:
            raise Refused(_("“%s” was dropped. Put it back to an open step before drafting it.") % current.title)
        home = HomePage.objects.first()
        if home is None or not home.permissions_for_user(user).can_add_subpage():
            raise PermissionDenied
        _check_brief(current, Step.DRAFTING, user, reason)
        page = home.add_child(instance=drafts.tagged_page(current, user))
        page.save_revision(user=user, changed=False)
        log(page, "wagtail.create", user=user)
        write(current, {"page": page, "step": Step.DRAFTING}, action="editorial.start_draft", user=user)
    entry.refresh_from_db()
    return page


def fulfil(page: AssetPage) -> Entry | None:
    """The page is live: its entry is done. The entry, or None when the page was not planned or is done already."""
    return _follow(page, Step.PUBLISHED, "editorial.fulfil", unless=(Step.PUBLISHED,))


def await_date(page: AssetPage) -> Entry | None:
    """The page is approved and waits for its publication time."""
    return _follow(page, Step.SCHEDULED, "editorial.await_date", unless=(Step.SCHEDULED, Step.PUBLISHED))


def unschedule(page: AssetPage) -> Entry | None:
    """The page's planned publication was called off: its entry is in review again."""
    return _follow(page, Step.REVIEW, "editorial.unschedule", unless=tuple(set(Step) - {Step.SCHEDULED}))


def take_back(page: AssetPage) -> Entry | None:
    """The page was unpublished: its entry is in review again, and the history says so. A dropped one stays dropped."""
    return _follow(page, Step.REVIEW, "editorial.take_back", unless=(Step.DROPPED,))


def submit(page: Page) -> Entry | None:
    """The page was sent to its reviewers."""
    return _follow(page, Step.REVIEW, "editorial.submit", unless=(Step.REVIEW, Step.PUBLISHED, Step.DROPPED))


def reject(page: Page) -> Entry | None:
    """The reviewers sent the page back to its writer."""
    return _follow(
        page, Step.DRAFTING, "editorial.reject", unless=(Step.DRAFTING, Step.SCHEDULED, Step.PUBLISHED, Step.DROPPED)
    )


def lose_page(page: AssetPage) -> Entry | None:
    """The page is being deleted: the entry keeps its title and waits for a writer again (a dropped one stays so)."""
    with transaction.atomic():
        current = Entry.objects.select_for_update().filter(page_id=page.pk).first()
        if current is None:
            return None
        step = Step.DROPPED if current.step == Step.DROPPED else Step.ASSIGNED
        return write(current, {"page": None, "step": step}, action="editorial.lose_page", note=page.title)


def drop(entry: Entry, *, user, version: int, reason: str = "") -> Entry:
    """Give the entry up. Its page, if any, stays as it is. Raises Stale, and Refused for a published one."""
    with transaction.atomic():
        current = claimed(entry, version)
        if current.step == Step.PUBLISHED:
            raise Refused(_("“%s” is published. Unpublish the page first.") % current.title)
        if current.step != Step.DROPPED:
            write(current, {"step": Step.DROPPED}, action="editorial.drop", user=user, note=reason)
    return current


def _locked(entry: Entry) -> Entry:
    return Entry.objects.select_for_update(of=("self",)).select_related("page").get(pk=entry.pk)


def claimed(entry: Entry, version: int) -> Entry:
    """The entry as it is now, held until the transaction ends, if it is still the version that the person saw."""
    current = _locked(entry)
    if current.version != version:
        raise Stale(current)
    return current


def _check_step(current: Entry, step: str) -> None:
    """A person may set the steps before publication; the rest follows the page. Raises Refused."""
    if current.step in (Step.PUBLISHED, Step.SCHEDULED):
        raise Refused(
            _("“%(title)s” is %(step)s: unpublish or unschedule its page to change that.")
            % {"title": current.title, "step": current.get_step_display().lower()}
        )
    if step not in BY_HAND:
        raise Refused(_("“%s” is not set by hand: publish or schedule the page, or drop the entry.") % Step(step).label)


def unanswered(entry: Entry) -> list[str]:
    """The questions that are needed before drafting and have no answer yet. One query."""
    asked = BriefPoint.objects.filter(needed=True, format__in=("", entry.format))
    answered = entry.answers.exclude(text="").values("point") if entry.pk else []
    return list(asked.exclude(pk__in=answered).values_list("text", flat=True))


def _check_brief(current: Entry, step: str, user, reason: str) -> None:
    """Who begins to write where needed questions are open says why; it is kept and holds for these. Raises Unready."""
    if current.step not in BEFORE_WRITING or step not in (Step.DRAFTING, Step.REVIEW):
        return
    questions = unanswered(current)
    if not questions or any(set(questions) <= set(one.questions) for one in current.waivers.all()):
        return
    if not (reason := " ".join(reason.split())[:200]):
        raise Unready(current.title, questions)
    Waiver.objects.create(entry=current, user=user, reason=reason, questions=questions, given_at=clock.now())
    log(current, "editorial.waive", user=user, data={"reason": reason, "questions": " · ".join(questions)})


def _follow(page: Page, step: str, action: str, *, unless: tuple[str, ...]) -> Entry | None:
    """Let the page's entry follow what happened to the page, unless its step is one of `unless`."""
    with transaction.atomic():
        current = Entry.objects.select_for_update().filter(page_id=page.pk).exclude(step__in=unless).first()
        return current and write(current, {"step": step}, action=action, note=page.title)


def write(
    current: Entry, values: dict, *, action: str, user=None, sets: dict | None = None, note: str = "", more=None
) -> Entry:
    """Store the values with the next version and one line of history: what was, what is, the note, and what `more`."""
    data = {name: {"old": _plain(getattr(current, name)), "new": _plain(value)} for name, value in values.items()}
    for name, value in values.items():
        setattr(current, name, value)
    for name, members in (sets or {}).items():
        relation = getattr(current, name)
        data[name] = {"old": _names(relation.all()), "new": _names(members)}
        relation.set(members)
    current.version = F("version") + 1
    current.save(update_fields=[*values, "version"])
    current.refresh_from_db(fields=["version"])
    log(current, action, user=user, data=data | ({"note": note} if note else {}) | (more or {}))
    return current


def _names(members) -> list[str]:
    return sorted(str(member) for member in members)


def _plain(value):
    """As it stands in the history: dates by ISO, rows by their name."""
    if value is None or isinstance(value, str | int | bool):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
