"""From drafts to events. Read this first, then `steps.STEPS`.

    collector -> writer -> inbox (drafts) -> run_batch -> STEPS -> Event, EventKey, DropCount, Pending -> consumers
                       or spool -> held drafts ->

One transaction a batch. Always: acknowledged = stored + dropped + in the inbox + in the spool (`accounts.balance`).
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import F

from cms import claims, clock
from tracking import batches, hearings, held, months, rollups, takings
from tracking.batch import Batch, Reason
from tracking.models import DraftMark, DropCount, Event, HeldDraft, Pending, Received
from tracking.signals import events_recorded
from tracking.steps import STEPS

logger = logging.getLogger(__name__)
PATIENCE = timedelta(days=30)
GIVEN_UP_AT_ONCE = 100


def run_batch(limit: int = 1000) -> int:
    """Take over at most `limit` drafts from the inbox, and as many that are held; how many. The loop of the ledger.

    A draft on which a step fails is found by halving, and held; so is one whose worker ended over it. The others go on.
    """
    return takings.recover() + _take_inbox(limit) + _take_held(limit)


def record(drafts: Sequence[Received], taken: int) -> list[UUID]:
    """Turn drafts into events in the caller's transaction; the uuids of those stored.

    `taken` is how many drafts leave inbox, spool or hold by this, for the accounts.
    """
    months.make(draft.occurred_at for draft in drafts)  # first: see there
    batch = Batch(drafts)
    for step in STEPS:
        step(batch)
    return _store(batch, taken)


def drop(draft: HeldDraft) -> bool:
    """Nobody can take it over: a person drops it, counted as broken. False: it is not given up any more."""
    with transaction.atomic():
        if not held.remove(draft):
            return False
        batch = Batch([])
        batch.count(Reason.BROKEN, draft)
        _store(batch, 1)
    return True


def give_up() -> int:
    """Drop what has waited for a person for PATIENCE: addresses of people stand in it. A bounded number; how many."""
    old = HeldDraft.objects.filter(dead_at__lt=clock.now() - PATIENCE).order_by("id")
    return sum(map(drop, old[:GIVEN_UP_AT_ONCE]))


def count_dropped(dropped: Mapping[tuple[Reason, datetime], int]) -> None:
    """Add to the counts of what was dropped, by (reason, hour). One statement."""
    counts = [DropCount(reason=reason, hour=hour, count=n) for (reason, hour), n in sorted(dropped.items())]
    batches.add(DropCount, counts, ["reason", "hour"], "count")


def count_taken(number: int) -> None:
    """So many more drafts were stored or dropped. In the transaction that does so."""
    if not DraftMark.objects.filter(pk=1).update(taken=F("taken") + number):
        batches.add(DraftMark, [DraftMark(pk=1, taken=number)], ["id"], "taken")


def _take_inbox(limit: int) -> int:
    """One batch; when a step fails, smaller ones up to the first draft on which it does, which is held."""
    begun = takings.begin(limit)
    if begun is None:
        return 0
    taking, drafts = begun
    try:
        with transaction.atomic():
            record(drafts, taken=len(drafts))
            takings.finish(taking, drafts)
        takings.forget(drafts)
        return len(drafts)
    except claims.LostError:
        logger.warning("It took too long: another process has %d drafts now", len(drafts))
        return 0
    except (OperationalError, InterfaceError):  # the database is away, or busy: nothing is wrong with the drafts
        with suppress(DatabaseError):
            takings.give_back(taking)
        raise
    except Exception as error:
        if len(drafts) > 1:
            takings.give_back(taking)
            return _take_inbox(len(drafts) // 2)
        logger.exception("Draft %s cannot be taken over; it is held and tried again", drafts[0].uuid)
        with transaction.atomic():
            takings.finish(taking, drafts)
            held.hold(drafts, attempts=1, error=_told(error))
        takings.forget(drafts)
        return 1


def _take_held(limit: int) -> int:
    """Those held that were never tried at once, or one that was."""
    rows = held.claim(limit)
    if rows:
        _settle(rows)
    return len(rows)


def _settle(rows: list[HeldDraft]) -> None:
    """Record them; one on which a step fails is found by trying each, and put aside."""
    try:
        with transaction.atomic():
            record(rows, taken=len(rows))
            held.finish(rows)
    except claims.LostError:
        logger.warning("It took too long: another process has %d held drafts now", len(rows))
    except (OperationalError, InterfaceError):
        with suppress(DatabaseError):
            claims.give_back(rows)
        raise
    except Exception as error:
        if len(rows) == 1:
            logger.exception("Held draft %s cannot be taken over", rows[0].uuid)
            claims.put_aside(rows[0], _told(error))
            return
        for row in rows:
            _settle([row])


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _store(batch: Batch, taken: int) -> list[UUID]:
    """Write what the steps decided; six statements at most, the contended rows last."""
    events = batch.events
    uuids = [event.uuid for event in events]
    batches.insert(Event, events)
    consumers = settings.TRACKING_CONSUMERS
    batches.insert(Pending, [Pending(consumer=name, event_uuid=uuid) for name in consumers for uuid in uuids])
    hearings.store(batch.rows)
    rollups.mark_stale(rollups.days_of(events))
    count_dropped(batch.dropped)
    count_taken(taken)
    if uuids:
        transaction.on_commit(lambda: events_recorded.send_robust(None, uuids=uuids), robust=True)
    return uuids
