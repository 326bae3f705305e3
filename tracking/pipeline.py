"""From drafts to events. Read this first, then `steps.STEPS`.

    collector -> writer -> inbox (drafts) -> run_batch -> STEPS -> Event, EventKey, DropCount, Pending -> consumers

One transaction a batch. Always: acknowledged = stored + dropped + in the inbox + in the spool (`accounts.balance`).
"""

import logging
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections, transaction
from django.db.models import F

from tracking import batches, hearings, inbox, months, rollups
from tracking.batch import Batch, Reason
from tracking.models import Draft, DraftMark, DropCount, Event, Pending
from tracking.signals import events_recorded
from tracking.steps import STEPS

logger = logging.getLogger(__name__)


def run_batch(limit: int = 1000) -> int:
    """Take over at most `limit` drafts from the inbox; how many. The loop of the ledger.

    A draft on which a step fails is found by halving, counted as broken and logged; the others go on.
    """
    take = _take_from_table if inbox.alias() == "default" else _take_from_file
    return _halving(take, limit)


def record(drafts: list[Draft], taken: int) -> list[UUID]:
    """Turn drafts into events in the caller's transaction; the uuids of those stored.

    `taken` is how many drafts leave the inbox or spool by this, for the accounts.
    """
    months.make(draft.occurred_at for draft in drafts)  # first: see there
    batch = Batch(drafts)
    for step in STEPS:
        step(batch)
    return _store(batch, taken)


def _halving(take: Callable[[int, bool], int], limit: int) -> int:
    """One batch; when a step fails, smaller ones up to the first broken draft, which is passed over."""
    try:
        return take(limit, False)
    except (OperationalError, InterfaceError):
        raise  # the database is away, or busy: nothing is wrong with the drafts
    except Exception:
        if limit > 1:
            return _halving(take, limit // 2)
        logger.exception("A draft cannot be understood and is counted as broken")
        return take(1, True)


def _take_from_file(limit: int, is_broken: bool) -> int:
    """SQLite: the inbox is another file, so the mark says what is taken. See DraftMark.

    Reading drafts needs no lock; the main file is locked only while the batch is stored.
    """
    mark = _mark()
    if Draft.objects.filter(id__lte=mark).exists():  # a crash came between the commit and the deletion
        _forget(mark)
    drafts = list(Draft.objects.filter(id__gt=mark).order_by("id")[:limit])
    if not drafts:
        return 0
    with transaction.atomic():
        if _mark() != mark:
            return 0  # another worker was faster
        DraftMark.objects.update_or_create(pk=1, defaults={"high_id": drafts[-1].pk})
        _record_or_count(drafts, is_broken)
    _forget(drafts[-1].pk)
    return len(drafts)


def _take_from_table(limit: int, is_broken: bool) -> int:
    """PostgreSQL: the inbox is a table of the same database, so one transaction does it all."""
    with transaction.atomic():
        waiting = Draft.objects.order_by("id")
        if connections["default"].features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        drafts = list(waiting[:limit])
        if drafts:
            _record_or_count(drafts, is_broken)
            batches.delete(Draft, "id", [draft.pk for draft in drafts])
    return len(drafts)


def _record_or_count(drafts: list[Draft], is_broken: bool) -> None:
    if not is_broken:
        record(drafts, taken=len(drafts))
        return
    batch = Batch([])
    for draft in drafts:
        batch.count(Reason.BROKEN, draft)
    _store(batch, len(drafts))


def _store(batch: Batch, taken: int) -> list[UUID]:
    """Write what the steps decided; six statements at most, the contended rows last."""
    events = batch.events
    uuids = [event.uuid for event in events]
    batches.insert(Event, events)
    consumers = settings.TRACKING_CONSUMERS
    batches.insert(Pending, [Pending(consumer=name, event_uuid=uuid) for name in consumers for uuid in uuids])
    hearings.store(batch.rows)
    rollups.mark_stale(rollups.days_of(events))
    counts = [DropCount(reason=reason, hour=hour, count=n) for (reason, hour), n in sorted(batch.dropped.items())]
    batches.add(DropCount, counts, ["reason", "hour"], "count")
    if not DraftMark.objects.filter(pk=1).update(taken=F("taken") + taken):
        batches.add(DraftMark, [DraftMark(pk=1, taken=taken)], ["id"], "taken")
    if uuids:
        transaction.on_commit(lambda: events_recorded.send_robust(None, uuids=uuids), robust=True)
    return uuids


def _mark() -> int:
    """The highest id of the inbox file that is taken over."""
    return DraftMark.objects.filter(pk=1).values_list("high_id", flat=True).first() or 0


def _forget(mark: int) -> None:
    """Delete from the inbox file what is stored."""
    Draft.objects.filter(id__lte=mark)._raw_delete("inbox")
