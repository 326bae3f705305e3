"""The part of the timeline that we decided: stage moves, mails, alerts, what did not happen, each with its why."""

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from nurture import registry
from nurture.contacts import wording
from nurture.contacts.models import Engagement, StageChange
from nurture.contacts.timeline import Entry, explainer, source
from nurture.mail.models import Delivery, Lane
from nurture.rules import sentences
from nurture.rules.models import ActionRun
from nurture.sales import alerts, shares
from nurture.sales.models import Alert, AlertOutcome, Share

# These actions have rows of their own on the timeline, once they are done.
SHOWN_ELSEWHERE = ("move_stage", "send_mail", "alert_owner")
MAIL_STATES = {
    Delivery.State.PENDING: gettext_lazy("Waits to be sent: %s"),
    Delivery.State.CLAIMED: gettext_lazy("Is being sent: %s"),
    Delivery.State.SENT: gettext_lazy("Was sent: %s"),
    Delivery.State.SUPPRESSED: gettext_lazy("Was not sent, because the address is suppressed: %s"),
    Delivery.State.FAILED: gettext_lazy("Could not be delivered: %s"),
    Delivery.State.DEAD: gettext_lazy("Could not be delivered: %s"),
    Delivery.State.UNKNOWN: gettext_lazy("May have been sent (cut off): %s"),
    Delivery.State.CANCELLED: gettext_lazy("Was cancelled: %s"),
}
NOT_ARRIVED = (Delivery.State.SUPPRESSED, Delivery.State.FAILED, Delivery.State.DEAD, Delivery.State.CANCELLED)
OUTCOMES = {
    AlertOutcome.Outcome.ACCEPTED: gettext_lazy("accepted the alert"),
    AlertOutcome.Outcome.REJECTED: gettext_lazy("rejected the alert"),
    AlertOutcome.Outcome.RECYCLED: gettext_lazy("gave the alert back to nurture"),
}


@source("stage")
def stage_changes(contact, window):
    """How they moved through the cycle."""
    rows = StageChange.objects.filter(contact=contact).select_related("from_stage", "to_stage", "user")
    for row in window.of(rows, "at"):
        if row.from_stage:
            text = _("Moved from %(before)s to %(after)s") % {"before": row.from_stage, "after": row.to_stage}
        else:
            text = _("Came to %s") % row.to_stage
        by_hand = _("By %(user)s: %(reason)s") % {"user": row.user, "reason": row.reason}
        entry = Entry(window.source, row.pk, row.at, text, "order", by_hand if row.user else row.reason)
        entry.decision = None if row.user else ("move_stage", row.cause_uuid)
        yield entry


@source("mail")
def mails(contact, window):
    """What was mailed to them, or not and why."""
    rows = Delivery.objects.filter(contact=contact, lane=Lane.MARKETING).defer("raw", "values")
    for row in window.of(rows, "created_at"):
        bad = row.state not in (Delivery.State.SENT, Delivery.State.PENDING, Delivery.State.CLAIMED)
        subject = _("‘%s’") % (row.subject or _("a mail"))
        entry = Entry(window.source, row.pk, row.created_at, str(MAIL_STATES[row.state]) % subject, "mail")
        entry.note, entry.tone = row.last_error if bad else "", "bad" if bad else ""
        entry.asset_id, entry.decision = row.asset_id, _run_of(row.occasion, "rule")
        yield entry


@source("alert")
def alerted(contact, window):
    """Whom we told to call them, and why."""
    for row in window.of(Alert.objects.filter(contact=contact).select_related("owner"), "created_at"):
        entry = Entry(window.source, row.pk, row.created_at, _("Alerted %s") % alerts.who(row), "warning", row.reason)
        entry.tone, entry.decision = "good", _run_of(row.occasion, "action")
        entry.why = [(_("Why this person"), row.owner_because)]
        yield entry


@source("share")
def shared(contact, window):
    """What one of us gave them by hand, with the words that went with it."""
    rows = list(window.of(Share.objects.filter(contact=contact).select_related("user"), "created_at"))
    mails = shares.deliveries(rows)
    for row in rows:
        said = {"who": row.user or _("Somebody"), "title": row.asset_title}
        if row.way == Share.Way.MAILED:
            text, note = _("%(who)s mailed them ‘%(title)s’") % said, row.note
        else:
            text, note = _("%(who)s took a personal link to ‘%(title)s’ for them") % said, ""
        entry = Entry(window.source, row.pk, row.created_at, text, "link", note, asset_id=row.asset_id)
        mail = mails.get(row.pk)
        if mail and mail.state in NOT_ARRIVED:
            entry.tone, entry.why = "bad", [(_("The mail"), f"{mail.get_state_display()} {mail.last_error}".strip())]
        yield entry


@source("outcome")
def outcomes(contact, window):
    """What the salesperson made of it."""
    rows = AlertOutcome.objects.filter(alert__contact=contact).select_related("user")
    for row in window.of(rows, "at"):
        text = f"{row.user or _('Somebody')} {OUTCOMES[row.outcome]}"
        yield Entry(window.source, row.pk, row.at, text, "user", row.reason)


@source("decision")
def undone(contact, window):
    """Decisions without a row of their own: other actions, and whatever was skipped or given up."""
    state = ActionRun.State
    rows = ActionRun.objects.filter(contact=contact).select_related("rule")
    rows = rows.filter(Q(state__in=(state.SKIPPED, state.DEAD)) | Q(state=state.DONE) & ~Q(action__in=SHOWN_ELSEWHERE))
    for row in window.of(rows, "created_at"):
        text = (_("Done: %s") if row.state == state.DONE else _("Not done: %s")) % _action(row.action)
        entry = Entry(window.source, row.pk, row.created_at, text, "info-circle", row.outcome)
        entry.tone, entry.decision = "bad" if row.state == state.DEAD else "", ("run", row.pk)
        yield entry


def _run_of(occasion: str, prefix: str) -> tuple | None:
    """The run that an occasion such as "rule:12" or "action:12" names."""
    kind, _colon, number = occasion.partition(":")
    return ("run", int(number)) if kind == prefix and number.isdigit() else None


@explainer
def explain(contact, entries):
    """Open each decision: which rule, in which revision, what set it off, what was checked. Two queries."""
    wanted = [entry for entry in entries if entry.decision]
    pks = [entry.decision[1] for entry in wanted if entry.decision[0] == "run"]
    causes = [entry.decision[1] for entry in wanted if entry.decision[0] == "move_stage"]
    if not wanted:
        return
    runs = list(
        ActionRun.objects.filter(Q(pk__in=pks) | Q(cause_uuid__in=causes, action="move_stage"), contact=contact)
        .select_related("rule", "revision")
        .order_by("pk")
    )
    by_decision = {("run", run.pk): run for run in runs}
    by_decision |= {("move_stage", run.cause_uuid): run for run in runs if run.action == "move_stage"}
    for entry in wanted:
        if run := by_decision.get(entry.decision):
            entry.why = [*why(run), *entry.why]


def why(run: ActionRun) -> list[tuple[str, str]]:
    """(question, answer) pairs from what the run remembers: nothing in it changes when rule or piece do."""
    cause = run.cause
    said = [(_("Rule"), cause.get("rule") or (str(run.rule) if run.rule else _("a rule that is gone")))]
    if run.revision:
        stamp = date_format(run.revision.created_at, "j M Y, H:i")
        said[0] = (said[0][0], _("%(rule)s, as published %(stamp)s") % {"rule": said[0][1], "stamp": stamp})
    said.append((_("What it signals"), cause.get("why", "")))
    said.append((_("Set off by"), _cause(cause, run)))
    said.append((_("Checked"), _checked(run.revision) if run.revision else ""))
    said.append((_("Outcome"), run.outcome))
    return [(question, answer) for question, answer in said if answer]


_sentences: dict[tuple, str] = {}


def _checked(revision) -> str:
    """The rule in plain words as it was then. A revision never changes, so it is put into words once a process."""
    key = (revision.pk, revision.created_at, get_language())
    if key not in _sentences:
        _sentences[key] = sentences.describe(revision.as_object())
    return _sentences[key]


def _cause(cause: dict, run: ActionRun) -> str:
    when = date_format(run.caused_at, "j M Y, H:i")
    if cause.get("trigger") == "stage_changed":
        return _("a move to another stage on %s") % when
    seen = Engagement(
        kind=cause.get("kind", ""),
        asset_title=cause.get("asset_title", ""),
        properties={"seconds": cause.get("seconds", 0)},
    )
    return _("%(what)s, on %(when)s") % {"what": wording.did(seen), "when": when}


def _action(key: str) -> str:
    """The action's name; its key when an extension that brought it is gone."""
    return str(dict(registry.choices("action")).get(key, key))
