"""From an event to a decision. Read this first.

Every loop here does one bounded batch in one transaction and says how much it did; killed at any point, it is run
again and nothing is lost or done twice. Who reads what, in order:

    tracking/pipeline.py    drafts -> events, each with a Pending row for "nurture"
    react()                 events -> engagements -> rules -> stage moves and ActionRuns, in rounds
    rules/runs.py           ActionRuns -> mail and alerts, after the settle time
    mail/dispatch.py        deliveries -> the mail server
"""

import logging

from django.db import connection, transaction

from nurture.contacts import engagements
from nurture.contacts.models import Contact, StageChange
from nurture.mail import queries as mail_queries
from nurture.rules import causes, engine
from nurture.rules.choices import Tags
from tracking import batches, queries
from tracking.models import Pending

logger = logging.getLogger(__name__)
CONSUMER = "nurture"
BATCH = 250  # a write transaction on SQLite stays near 100 ms
ROUNDS = 3


def react(limit: int = BATCH) -> int:
    """Take up to `limit` pending events and unseen stage changes, decide on them, and say how many there were.

    An event that makes the batch fail is found by taking the events one by one; it is put aside and the rest goes on.
    """
    try:
        with transaction.atomic():
            return _react_to(queries.claim(CONSUMER, limit), limit)
    except Exception:
        logger.exception("A batch of %s events failed; taking them one by one", limit)
        return _react_singly(limit)


def _react_singly(limit: int) -> int:
    for _ in range(limit):
        with transaction.atomic():
            pendings = queries.claim(CONSUMER, 1)
            if not pendings:
                break
            try:
                with transaction.atomic():
                    _react_to(pendings, 1)
            except Exception as error:
                logger.exception("Event %s could not be reacted to", pendings[0].event_uuid)
                queries.put_aside(pendings[0], f"{type(error).__name__}: {error}")
                return 1  # its turn comes again after the others'
    return limit


def _react_to(pendings: list[Pending], limit: int) -> int:
    """The steps, read aloud. Inside a transaction; the number of queries does not depend on the number of events."""
    changes = _unseen_changes(limit)
    if not pendings and not changes:
        return 0
    events = queries.events([pending.event_uuid for pending in pendings])
    by_link = mail_queries.contacts_by_ref({event.link_ref for event in events if event.link_ref})
    new = engagements.record(events, by_link)
    _lock_contacts(engagement.contact_id for engagement in new)
    round_causes = [causes.from_engagement(engagement) for engagement in new if engagement.human]
    round_causes += [causes.from_stage_change(change) for change in changes]
    _decide_in_rounds(round_causes, [change.pk for change in changes])
    queries.finish(pendings)
    return len(pendings) + len(changes)


def _unseen_changes(limit: int) -> list[StageChange]:
    """Stage changes no rule has seen: by hand, or left over from the round before. Two workers get different ones."""
    unseen = StageChange.objects.filter(reacted=False).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        unseen = unseen.select_for_update(skip_locked=True)
    return list(unseen[:limit])


def _lock_contacts(contact_ids) -> None:
    """In id order, so that two workers cannot wait for each other. SQLite has one writer and needs no lock."""
    list(Contact.objects.select_for_update().filter(pk__in=set(contact_ids)).order_by("pk").values_list("pk"))


def _decide_in_rounds(round_causes: list, seen_changes: list[int]) -> None:
    """What a rule changes may set off another rule: three rounds a batch at most, the rest waits for the next."""
    rules, tags = engine.live_rules(), Tags.load()
    for _ in range(ROUNDS):
        batches.update(StageChange, [{"id": pk, "reacted": True} for pk in seen_changes], fields=["reacted"])
        engine.fire(round_causes, rules, tags)
        changes = list(StageChange.objects.filter(reacted=False, cause_uuid__in=[cause.uuid for cause in round_causes]))
        if not changes:
            return
        round_causes, seen_changes = [causes.from_stage_change(change) for change in changes], [c.pk for c in changes]
