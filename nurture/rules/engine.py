"""Rules applied to causes. Pure matching in memory, one statement for all conditions, rows for all that follows.

`fire` is called by react() in its transaction. What only changes the database is applied here and now; what leaves
the machine becomes an ActionRun that `runs.perform_due` carries out after the settle time.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, IntegerField, Max, Value, When

from cms import clock
from nurture import registry
from nurture.contacts.models import Contact
from nurture.rules.causes import Cause
from nurture.rules.choices import Tags
from nurture.rules.models import TURNED_ROBOT, ActionRun, Rule
from tracking import batches

State = ActionRun.State


@dataclass(frozen=True)
class Match:
    """A live rule and a cause that its trigger lets through."""

    rule: Rule
    cause: Cause


class Context:
    """What conditions about a cause may look up, loaded when first asked for and once a batch."""

    def __init__(self, causes: list[Cause], at: datetime):
        self.causes, self.at = causes, at
        self._loaded: dict[str, Any] = {}

    def load(self, name: str, loader: Any) -> Any:
        """The value of `loader(self)`, kept under `name` for the batch."""
        if name not in self._loaded:
            self._loaded[name] = loader(self)
        return self._loaded[name]


def live_rules() -> list[Rule]:
    """The rules in force: their live revision, which every run pins. One query."""
    return list(Rule.objects.filter(live=True, live_revision__isnull=False).order_by("pk"))


def parts(stream: Any) -> list[tuple[str, dict]]:
    """(key, params) of each block as stored: ids and slugs, no page or picture fetched."""
    return [(child["type"], child["value"]) for child in stream.raw_data]


def fire(causes: Iterable[Cause], rules: list[Rule], tags: Tags) -> list[ActionRun]:
    """Match, check, record and apply. Returns the runs that are new. A constant number of queries."""
    causes = sorted(causes, key=lambda cause: (cause.at, cause.uuid))
    if not causes or not rules:
        return []
    at = clock.now()
    context = Context(causes, at)
    matches = [match for match in match_triggers(causes, rules, tags) if holds_for_cause(match, context)]
    matches = keep_where_conditions_hold(matches, at)
    matches = drop_too_soon(matches)
    runs = record(matches, at)
    apply_inward(runs, at)
    return runs


def match_triggers(causes: list[Cause], rules: list[Rule], tags: Tags) -> list[Match]:
    """Every rule whose trigger lets the cause through, in the causes' order. No query."""
    by_trigger = defaultdict(list)
    for rule in rules:
        for key, params in parts(rule.trigger):
            by_trigger[key].append((rule, params))
    return [
        Match(rule, cause)
        for cause in causes
        for rule, params in by_trigger[cause.trigger]
        if registry.get("trigger", cause.trigger).matches(cause, params, tags)
    ]


def holds_for_cause(match: Match, context: Context) -> bool:
    """Do the conditions about what was read hold? Those about the contact are asked together, later."""
    return all(
        condition.matches(match.cause, params, context)
        for key, params in parts(match.rule.conditions)
        if hasattr(condition := registry.get("condition", key), "matches")
    )


def keep_where_conditions_hold(matches: list[Match], at: datetime) -> list[Match]:
    """Ask all conditions about contacts in one statement: a column for each rule, a row for each contact."""
    asked = {rule.pk: q for rule in {m.rule.pk: m.rule for m in matches}.values() if (q := contact_q(rule, at))}
    if not asked:
        return matches
    columns = [Case(When(q, then=Value(1)), default=Value(0), output_field=IntegerField()) for q in asked.values()]
    contacts = Contact.objects.filter(pk__in={match.cause.contact_id for match in matches}).order_by()
    rows = {row[0]: dict(zip(asked, row[1:], strict=True)) for row in contacts.values_list("pk", *columns)}
    return [m for m in matches if m.rule.pk not in asked or rows.get(m.cause.contact_id, {}).get(m.rule.pk)]


def contact_q(rule: Rule, at: datetime) -> Any:
    """All conditions of the rule about the contact as one Q, or None when it has none."""
    joined = None
    for key, params in parts(rule.conditions):
        condition = registry.get("condition", key)
        if hasattr(condition, "q"):
            q = condition.q(params, at)
            joined = q if joined is None else joined & q
    return joined


def drop_too_soon(matches: list[Match]) -> list[Match]:
    """A rule fires again for a contact only after `again_after_days`, counted from cause to cause."""
    last = {}
    if matches:
        earlier = ActionRun.objects.filter(
            rule__in={match.rule.pk for match in matches}, contact__in={match.cause.contact_id for match in matches}
        ).exclude(state=State.SKIPPED, outcome=TURNED_ROBOT)
        last = {
            (rule, contact): latest
            for rule, contact, latest in earlier.values("rule", "contact")
            .annotate(latest=Max("caused_at"))
            .values_list("rule", "contact", "latest")
        }
    kept = []
    for match in matches:
        pair, pause = (match.rule.pk, match.cause.contact_id), timedelta(days=match.rule.again_after_days)
        if pair not in last or abs(match.cause.at - last[pair]) >= pause:
            kept.append(match)
            last[pair] = match.cause.at
    return kept


def record(matches: list[Match], at: datetime) -> list[ActionRun]:
    """One row for each action of each match, new ones only. Too old for the world outside: inward actions only."""
    oldest = at - timedelta(hours=settings.RULE_MAX_AGE_HOURS)
    runs = [
        _run(match, number, action, at)
        for match in matches
        for number, action in enumerate(parts(match.rule.actions))
        if match.cause.at >= oldest or not registry.get("action", action[0]).outward
    ]
    known = batches.existing(ActionRun, "key", [run.key for run in runs])
    new = [run for run in runs if run.key not in known]
    batches.insert(ActionRun, new, ignore_conflicts=True)
    return new


def _run(match: Match, number: int, action: tuple[str, dict], at: datetime) -> ActionRun:
    (key, params), rule, cause = action, match.rule, match.cause
    outward = registry.get("action", key).outward
    return ActionRun(
        key=f"{rule.live_revision_id}:{cause.contact_id}:{cause.uuid.hex}:{number}",
        rule_id=rule.pk,
        revision_id=rule.live_revision_id,
        contact_id=cause.contact_id,
        cause_uuid=cause.uuid,
        caused_at=cause.at,
        cause=cause.as_json() | {"rule": rule.name, "why": rule.why},
        action=key,
        params=params,
        state=State.PENDING if outward else State.DONE,
        due_at=at + timedelta(seconds=settings.SETTLE_SECONDS) if outward else at,
        created_at=at,
        finished_at=None if outward else at,
    )


def apply_inward(runs: list[ActionRun], at: datetime) -> None:
    """Carry out what only changes the database, action by action, and write the outcomes in one statement."""
    by_action = defaultdict(list)
    for run in runs:
        action = registry.get("action", run.action)
        if not action.outward:
            by_action[action].append(run)
    outcomes = []
    for action, group in by_action.items():
        reasons = [f"{run.cause['rule']}: {run.cause['why']}" for run in group]
        for run, outcome in zip(group, action.apply(group, reasons), strict=True):
            run.outcome = outcome
            outcomes.append({"key": run.key, "outcome": outcome})
    batches.update(ActionRun, outcomes, key="key", fields=["outcome"])
