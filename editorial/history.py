"""How the lines of an entry's history read."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.log_actions import LogFormatter

from editorial.models import Entry

LINES = {
    "editorial.plan": (gettext_lazy("Plan an entry"), gettext_lazy("Planned")),
    "editorial.start_draft": (gettext_lazy("Start a draft"), gettext_lazy("Draft page made")),
    "editorial.fulfil": (gettext_lazy("Fulfil an entry"), gettext_lazy("Done: the page was published")),
    "editorial.await_date": (gettext_lazy("Schedule an entry's page"), gettext_lazy("The page waits for its time")),
    "editorial.unschedule": (
        gettext_lazy("Unschedule an entry's page"),
        gettext_lazy("Back to review: the page was unscheduled"),
    ),
    "editorial.take_back": (
        gettext_lazy("Unpublish an entry's page"),
        gettext_lazy("Back to review: the page was unpublished"),
    ),
    "editorial.submit": (gettext_lazy("Submit an entry's page"), gettext_lazy("The page was sent to its reviewers")),
    "editorial.reject": (gettext_lazy("Send an entry's page back"), gettext_lazy("The page came back from review")),
    "editorial.lose_page": (
        gettext_lazy("Delete an entry's page"),
        gettext_lazy("Back to assigned: the page was deleted"),
    ),
    "editorial.release_slot": (gettext_lazy("Give held room up"), gettext_lazy("Given up")),
    "editorial.empty_slot": (gettext_lazy("Empty held room"), gettext_lazy("Open again")),
    "editorial.revise_slot": (gettext_lazy("Change held room"), gettext_lazy("Changed")),
}

WITH_WORDS = {
    "editorial.hold_slot": (gettext_lazy("Hold room"), gettext_lazy("Held on %(day)s")),
    "editorial.make_slots": (gettext_lazy("Hold room ahead"), gettext_lazy("Slots made: %(count)s")),
    "editorial.fill_slot": (gettext_lazy("Fill held room"), gettext_lazy("Filled by %(title)s")),
    "editorial.take_slot": (gettext_lazy("Take held room"), gettext_lazy("Fills “%(slot)s” of %(day)s")),
    "editorial.answer": (gettext_lazy("Answer a question of a brief"), gettext_lazy("Brief: %(point)s %(new)s")),
    "editorial.assign": (gettext_lazy("Add a step"), gettext_lazy("Step added: %(step)s %(who)s")),
    "editorial.waive": (
        gettext_lazy("Begin to write with open questions"),
        gettext_lazy("Writing began with open questions (%(questions)s), because: %(reason)s"),
    ),
    "editorial.take": (gettext_lazy("Take a step"), gettext_lazy("Taken: %(step)s")),
    "editorial.finish": (gettext_lazy("Finish a step"), gettext_lazy("Done: %(step)s")),
    "editorial.reopen": (gettext_lazy("Reopen a step"), gettext_lazy("Not done after all: %(step)s")),
    "editorial.decide": (gettext_lazy("Decide"), gettext_lazy("Decided: %(text)s")),
    "editorial.invite": (gettext_lazy("Invite a colleague"), gettext_lazy("Invited: %(who)s")),
    "editorial.ask_approval": (gettext_lazy("Ask for approval"), gettext_lazy("Approval asked of %(who)s")),
    "editorial.hear_approval": (
        gettext_lazy("Hear an approver"),
        gettext_lazy("%(who)s: %(verdict)s (revision %(revision)s) %(comment)s"),
    ),
    "editorial.ask_expert": (gettext_lazy("Ask an expert"), gettext_lazy("%(who)s was asked: %(count)s questions")),
    "editorial.resend_expert": (gettext_lazy("Send an expert a new link"), gettext_lazy("New link for %(who)s")),
    "editorial.revoke_expert": (gettext_lazy("Take an expert's link back"), gettext_lazy("Link taken back: %(who)s")),
    "editorial.hear_expert": (gettext_lazy("Hear an expert"), gettext_lazy("%(who)s: %(question)s %(new)s")),
    "editorial.ask_quote": (gettext_lazy("Ask to quote"), gettext_lazy("Asked %(who)s to be quoted: “%(text)s”")),
    "editorial.hear_quote": (
        gettext_lazy("Hear of a quote"),
        gettext_lazy("%(who)s on a quote: %(verdict)s: “%(text)s”"),
    ),
    "editorial.import_plan": (
        gettext_lazy("Import a plan"),
        gettext_lazy("%(file)s: %(created)s made, %(updated)s changed, %(unchanged)s left, %(skipped)s refused"),
    ),
    "editorial.undo_plan": (gettext_lazy("Take an imported plan back"), gettext_lazy("Taken back: %(file)s")),
    "editorial.undo_import": (gettext_lazy("Take an imported entry back"), gettext_lazy("Taken back with %(file)s")),
    "editorial.uninvite": (gettext_lazy("Take an invitation back"), gettext_lazy("No longer invited: %(who)s")),
}
DATES = {
    "review_on": gettext_lazy("To look at again on %(new)s, not %(old)s"),
    "publish_at": gettext_lazy("Goes live on %(new)s, not %(old)s"),
    "expire_at": gettext_lazy("Expires on %(new)s, not %(old)s"),
}


class _Noted(LogFormatter):
    """What was done, and the note that was left with it."""

    def format_message(self, log_entry):
        """`Idea → Review: “the figures came early”`."""
        said, note = self.say(log_entry), (log_entry.data or {}).get("note")
        return _("%(said)s: “%(note)s”") % {"said": said, "note": note} if note else said


class _Moved(_Noted):
    label = gettext_lazy("Move an entry")

    def say(self, log_entry):
        """What was, and what is: the day, the step, or both."""
        parts = []
        if day := log_entry.data.get("due_on"):
            parts.append(_("Moved from %(old)s to %(new)s") % {name: _day(value) for name, value in day.items()})
        for name, words in DATES.items():
            if day := log_entry.data.get(name):
                parts.append(words % {key: _day(value and value[:10]) for key, value in day.items()})
        if place := (log_entry.data.get("place") or {}).get("new"):
            parts.append(_("Number %d of its day") % place)
        if step := log_entry.data.get("step"):
            parts.append(_("%(old)s → %(new)s") % {name: Entry.Step(value).label for name, value in step.items()})
        if who := log_entry.data.get("assignee"):
            parts.append(_("Given to %(new)s, not %(old)s") % {key: name or _("nobody") for key, name in who.items()})
        return "; ".join(parts) or _("Moved")


class _Shifted(_Moved):
    label = gettext_lazy("Shift entries together")

    def say(self, log_entry):
        """By how far, from where to where, and which steps went along."""
        days, steps = log_entry.data["days"], log_entry.data["steps"]
        said = [ngettext("Shifted by %d day", "Shifted by %d days", days) % days]
        if log_entry.data.get("due_on"):
            said.append(super().say(log_entry))
        if steps:
            said.append(_("steps: %s") % ", ".join(steps))
        return "; ".join(said)


class _Revised(_Noted):
    label = gettext_lazy("Change an entry")

    def say(self, log_entry):
        """Which fields changed, in the model's order: PostgreSQL keeps none in JSON."""
        fields = [*Entry._meta.fields, *Entry._meta.many_to_many]
        names = [field.verbose_name for field in fields if field.name in (log_entry.data or {})]
        return _("Changed: %s") % ", ".join(str(name) for name in names)


class _Dropped(LogFormatter):
    label = gettext_lazy("Drop an entry")

    def format_message(self, log_entry):
        """With the reason, when one was given."""
        reason = (log_entry.data or {}).get("note")
        return _("Dropped: %s") % reason if reason else _("Dropped")


def _saying(label, message) -> type[LogFormatter]:
    """A formatter whose message is made of what was logged."""

    class Saying(LogFormatter):
        def format_message(self, log_entry):
            return str(message) % log_entry.data

    Saying.label = label
    return Saying


def register(actions) -> None:
    """Tell Wagtail's log registry every action of the newsroom."""
    for action, (label, message) in LINES.items():
        actions.register_action(action, label, message)
    for action, (label, message) in WITH_WORDS.items():
        actions.register_action(action)(_saying(label, message))
    for action, formatter in (
        ("editorial.move", _Moved),
        ("editorial.shift", _Shifted),
        ("editorial.revise", _Revised),
        ("editorial.drop", _Dropped),
    ):
        actions.register_action(action)(formatter)


def _day(value: str | None) -> str:
    return date_format(date.fromisoformat(value), "DATE_FORMAT") if value else _("no date")
