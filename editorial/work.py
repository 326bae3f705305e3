"""What may happen in the work on an entry, one function each: the brief's answers, the steps, the talk, the guests.

Everything here is a row of its own, so nobody overwrites what somebody else does at the same time, except two answers
to one question: then the second person sees the first answer and is asked.
"""

from datetime import date, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.log_actions import registry as log_registry

from cms import clock
from editorial.models import Assignment, BriefAnswer, BriefPoint, Entry, Remark
from editorial.schedule import Refused

SITTING = timedelta(minutes=30)


def brief(entry: Entry) -> list[tuple[BriefPoint, str]]:
    """The questions for its format, each with the answer so far ("": open), in two queries."""
    answers = dict(entry.answers.values_list("point_id", "text"))
    points = BriefPoint.objects.filter(format__in=("", entry.format))
    return [(point, answers.get(point.pk, "")) for point in points]


class Answered(Refused):
    """Somebody else answered meanwhile; carries what they said."""

    def __init__(self, point: BriefPoint, stored: str, mine: str):
        self.stored = stored
        said = {"point": point, "text": stored, "mine": mine}
        super().__init__(_("Somebody answered “%(point)s” meanwhile: “%(text)s”. Yours was: “%(mine)s”.") % said)


def answer(entry: Entry, point: BriefPoint, text: str, *, user, before: str, quietly: bool = False) -> None:
    """Say what the brief says to a question. `before`: the answer that the person saw. Raises Answered if it changed.

    `quietly`: as it is typed; then a sitting is one line of the history, which says how it ended.
    """
    with transaction.atomic():
        Entry.objects.select_for_update().get(pk=entry.pk)
        stored = entry.answers.filter(point=point).values_list("text", flat=True).first() or ""
        if stored not in (before, text):
            raise Answered(point, stored, text)
        if quietly and stored == text:
            return
        BriefAnswer.objects.update_or_create(entry=entry, point=point, defaults={"text": text})
        if not (quietly and _said_on(entry, point, text, user)):
            log(entry, "editorial.answer", user=user, data={"point": point.text, "new": text})


def _said_on(entry: Entry, point: BriefPoint, text: str, user) -> bool:
    """Is the newest line of the history theirs, about this question, of this sitting? Then let it say the new text."""
    line = log_registry.get_logs_for_instance(entry).order_by("-timestamp", "-pk").first()
    if line is None or (line.action, line.user_id) != ("editorial.answer", user.pk):
        return False
    if line.data.get("point") != point.text or line.timestamp < timezone.now() - SITTING:
        return False
    line.data["new"] = text
    line.save(update_fields=["data"])
    return True


def assign(entry: Entry, *, user, name: str, assignee=None, due_on: date | None = None, instructions="") -> Assignment:
    """Add a step to the work, and tell who should do it."""
    with transaction.atomic():
        step = Assignment.objects.create(
            entry=entry, name=name, assignee=assignee, due_on=due_on, instructions=instructions
        )
        log(entry, "editorial.assign", user=user, data={"step": name, "who": str(assignee or "")})
        if assignee and assignee != user:
            _tell(assignee, entry, _("%(who)s asks you: %(step)s") % {"who": user, "step": name}, instructions)
    return step


def take(step: Assignment, *, user) -> None:
    """Whoever takes an open step that nobody has, has it. Twice is the same as once; Refused if another was first."""
    with transaction.atomic():
        if Assignment.objects.filter(pk=step.pk, assignee=None, done_at=None).update(assignee=user):
            log(step.entry, "editorial.take", user=user, data={"step": step.name})
            return
        now = Assignment.objects.select_related("assignee").get(pk=step.pk)
        if now.assignee != user:
            said = {"step": step.name, "who": now.assignee or _("nobody: it is done")}
            raise Refused(_("“%(step)s” was taken meanwhile: %(who)s.") % said)


def finish(step: Assignment, *, user, done: bool = True) -> None:
    """The step is done, or not after all. Twice is the same as once."""
    with transaction.atomic():
        found = Assignment.objects.filter(pk=step.pk, done_at__isnull=done)
        if found.update(done_at=clock.now() if done else None):
            log(step.entry, "editorial.finish" if done else "editorial.reopen", user=user, data={"step": step.name})


def say(entry: Entry, *, user, text: str, is_decision: bool = False) -> Remark:
    """Add to the entry's talk; a decision is kept in its history, too."""
    with transaction.atomic():
        remark = Remark.objects.create(
            entry=entry, author=user, text=text, is_decision=is_decision, said_at=clock.now()
        )
        if is_decision:
            log(entry, "editorial.decide", user=user, data={"text": text})
    return remark


def invite(entry: Entry, colleague, *, user) -> bool:
    """Let a colleague of another team read this entry and talk about it, and tell them. False: they were there."""
    with transaction.atomic():
        Entry.objects.select_for_update().get(pk=entry.pk)
        if entry.invited.filter(pk=colleague.pk).exists():
            return False
        entry.invited.add(colleague)
        log(entry, "editorial.invite", user=user, data={"who": str(colleague)})
        _tell(colleague, entry, _("%(who)s invites you to “%(title)s”") % {"who": user, "title": entry.title})
    return True


def uninvite(entry: Entry, colleague, *, user) -> None:
    """Take the invitation back."""
    with transaction.atomic():
        if entry.invited.filter(pk=colleague.pk).exists():
            entry.invited.remove(colleague)
            log(entry, "editorial.uninvite", user=user, data={"who": str(colleague)})


def _tell(person, entry: Entry, subject: str, more: str = "") -> None:
    """A mail with the way to the entry, queued in the transaction of what it tells of. Nobody without an address."""
    if person.email:
        address = settings.BASE_URL + reverse("editorial:work", args=[entry.pk])
        text = "\n\n".join(part for part in (entry.title, more, address) if part)
        EmailMessage(subject, text, to=[person.email]).send()
