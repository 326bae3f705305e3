"""From an event to a decision. Read this first.

Every loop here does one bounded batch in one transaction and says how much it did; killed at any point, it is run
again and nothing is lost or done twice. Who reads what, in order:

    tracking/pipeline.py    drafts -> events, each with a Pending row for "nurture"
    react()                 events -> engagements -> rules -> stage moves and ActionRuns, in rounds
    reconsider()            verdicts that turned -> engagements -> what they caused is undone, or done after all
    respect()               a no to being known by the links of one's mail, or at all -> what those told is undone
    rules/runs.py           ActionRuns -> mail and alerts, after the settle time
    mail/dispatch.py        deliveries -> the mail server
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError, transaction

from cms import claims
from nurture.contacts import answers, engagements, proposals, scorecard, signalled, stages, stated, unseen
from nurture.contacts.models import Contact, StageChange
from nurture.mail import queries as mail_queries
from nurture.mail import queue
from nurture.rules import causes, engine, runs
from nurture.rules.choices import Tags
from nurture.rules.models import ActionRun
from nurture.sales import alerts, shares
from tracking import batches, consent, queries, wordings
from tracking.models import Pending

logger = logging.getLogger(__name__)
CONSUMER = "nurture"
VERDICTS = engagements.CONSUMER
ANSWERS = "nurture.consent"
BATCH = 250  # a write transaction on SQLite stays near 100 ms
ROUNDS = 3


def react(limit: int = BATCH) -> int:
    """Take up to `limit` unseen stage changes, then as many pending events, decide on them; how many there were.

    One that makes its batch fail is found by taking them one by one; it is put aside and the rest goes on.
    """
    changes = unseen.claim(limit)
    _settle(changes, _react_to_changes)
    pendings = queries.claim(CONSUMER, limit)
    _settle(pendings, _react_to_events)
    return len(changes) + len(pendings)


def _settle(rows: list, react_to: Callable[[list], None]) -> None:
    """All rows in one transaction, or each in its own."""
    if not rows:
        return
    try:
        with transaction.atomic():
            react_to(rows)
    except claims.LostError:
        logger.warning("It took too long: another process took %d rows over", len(rows), exc_info=True)
    except (OperationalError, InterfaceError):  # the database is away, or busy: nothing is wrong with the rows
        with suppress(DatabaseError):
            claims.give_back(rows)
        raise
    except Exception as error:
        logger.exception("Reacting to %d rows failed, the first %s %s", len(rows), type(rows[0]).__name__, rows[0].pk)
        if len(rows) == 1:
            claims.put_aside(rows[0], f"{type(error).__name__}: {error}")
            return
        for row in rows:
            _settle([row], react_to)


def _react_to_events(pendings: list[Pending]) -> None:
    """The steps, read aloud. Inside a transaction; the number of queries does not depend on the number of events."""
    events = stated.take(queries.events([pending.event_uuid for pending in pendings]))
    refs = {event.link_ref for event in events if event.link_ref}
    by_link = mail_queries.contacts_by_ref(refs) | shares.contacts_by_ref(refs)
    signalled.take(events, by_link)
    new = engagements.record(events, by_link)
    _lock_contacts(engagement.contact_id for engagement in new)
    answers.take(new)
    moved = _decide_in_rounds([causes.from_engagement(engagement) for engagement in new if engagement.human])
    queries.finish(pendings)
    scorecard.mark_stale((event.asset_id for event in events), moved)


def _react_to_changes(changes: list[StageChange]) -> None:
    """Moves by hand and those left over from the round before."""
    _lock_contacts(change.contact_id for change in changes)
    unseen.finish(changes)
    ours = engagements.internal(change.contact_id for change in changes)
    moved = _decide_in_rounds([causes.from_stage_change(change) for change in changes if change.contact_id not in ours])
    scorecard.mark_stale((), moved | {change.contact_id for change in changes})


def _lock_contacts(contact_ids) -> None:
    """In id order, so that two workers cannot wait for each other. SQLite has one writer and needs no lock."""
    list(Contact.objects.select_for_update().filter(pk__in=set(contact_ids)).order_by("pk").values_list("pk"))


def _decide_in_rounds(round_causes: list) -> set[int]:
    """What a rule changes may set off another rule: three rounds a batch at most, the rest waits for the next.

    The ids of the contacts whose stage moved. No query without a cause.
    """
    if not round_causes:
        return set()
    rules, tags, moved = engine.live_rules(), Tags.load(), set()
    for number in range(1, ROUNDS + 1):
        engine.fire(round_causes, rules, tags)
        changes = list(StageChange.objects.filter(reacted=False, cause_uuid__in=[cause.uuid for cause in round_causes]))
        moved |= {change.contact_id for change in changes}
        if not changes or number == ROUNDS:
            break
        batches.update(StageChange, [{"id": change.pk, "reacted": True} for change in changes], fields=["reacted"])
        round_causes = [causes.from_stage_change(change) for change in changes]
    return moved


def reconsider(limit: int = BATCH) -> int:
    """Take up to `limit` events whose verdict turned after it was stored; how many. As `react` treats one that fails.

    What a robot caused and nobody has acted on is undone; what is a person's after all decides as if it came now.
    """
    pendings = queries.claim(VERDICTS, limit)
    # Those that react() has not finished with come after it, or their engagement would be missed.
    uuids = [pending.event_uuid for pending in pendings]
    unfinished = Pending.objects.filter(consumer=CONSUMER, event_uuid__in=uuids, dead_at=None)
    later = set(unfinished.values_list("event_uuid", flat=True)) if uuids else set()
    claims.give_back([pending for pending in pendings if pending.event_uuid in later])
    ready = [pending for pending in pendings if pending.event_uuid not in later]
    _settle(ready, _reconsider)
    return len(ready)


def _reconsider(pendings: list[Pending]) -> None:
    events = list(queries.events([pending.event_uuid for pending in pendings]))
    people, machines = engagements.rejudge(events)
    _lock_contacts(engagement.contact_id for engagement in (*people, *machines))
    answers.take_back(machines)
    answers.take(people)
    moved = _undo({engagement.event_uuid for engagement in machines})
    again = stages.caused_by({engagement.event_uuid for engagement in people})
    resumed = runs.resume(again)
    queue.restore(f"rule:{run.pk}" for run in resumed)
    alerts.restore(again)
    moved |= _decide_in_rounds([causes.from_engagement(engagement) for engagement in people])
    queries.finish(pendings)
    scorecard.mark_stale((event.asset_id for event in events), moved)


def _undo(uuids: set[UUID]) -> set[int]:
    """Take back what these events caused, and what that caused in turn, as far as nobody has acted on it.

    The ids of the contacts whose stage moved back.
    """
    if not uuids:
        return set()
    chain = stages.caused_by(uuids)
    done = runs.cancel(chain)
    mails = queue.cancel(f"rule:{run.pk}" for run in done)
    moves = stages.undo(chain, runs.TURNED_ROBOT)
    undone = alerts.withdraw(done) | {run.pk for run in done if f"rule:{run.pk}" in mails}
    undone |= {run.pk for run in done if run.action == "move_stage" and (run.contact_id, run.cause_uuid) in moves}
    runs.unmake(ActionRun.objects.filter(pk__in=undone))
    return {contact_id for contact_id, _cause in moves}


def respect(limit: int = BATCH) -> int:
    """Carry out what people answered about the links of their mail; how many. A no takes back what those told."""
    pendings = queries.claim(ANSWERS, limit)
    _settle(pendings, _respect)
    return len(pendings)


def _respect(pendings: list[Pending]) -> None:
    subjects = consent.subjects_of(pendings)
    proposals.forget(_refusing(subjects, wordings.SITE_PROFILE))
    told = engagements.by_links(_refusing(subjects, wordings.CLICK_PROFILE))
    _lock_contacts(engagement.contact_id for engagement in told)
    moved = _undo({engagement.event_uuid for engagement in told})
    engagements.drop(told)
    queries.unlink([engagement.event_uuid for engagement in told])
    queries.finish(pendings)
    scorecard.mark_stale((engagement.asset_id for engagement in told), moved)


def _refusing(subjects: set[UUID], purpose: str) -> list[UUID]:
    return [subject for subject, yes in consent.answers(subjects, purpose).items() if not yes]
