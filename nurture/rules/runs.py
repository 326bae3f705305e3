"""ActionRuns carried out: claimed with a lease, counted before work, finished in the transaction of their effect."""

import logging
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from cms import claims, clock
from cms.worker import identity
from nurture import registry
from nurture.contacts.models import Engagement, StageChange
from nurture.registry import ActionError
from nurture.rules import engine
from nurture.rules.models import TURNED_ROBOT, ActionRun
from tracking import hearings

logger = logging.getLogger(__name__)
State = ActionRun.State
BATCH = 50
CHAIN = 10  # moves that set off one another: more than the rounds of a batch
LEASE = timedelta(minutes=2)
LOOK_AGAIN = timedelta(seconds=5)  # while the verdict on what set it off is still awaited
RETRY_AFTER = [timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)]


def perform_due(limit: int = BATCH) -> int:
    """Carry out up to `limit` due runs; return how many. One that fails is tried again, then given up, visibly."""
    runs = claim_due(limit)
    for run in runs:
        _perform(run)
    return len(runs)


def claim_due(limit: int) -> list[ActionRun]:
    """Lease due runs to this process. Two processes never get the same one: rows are locked, or there is one writer.

    A run that was tried before comes alone: if it kills its process, it takes no others with it.
    """
    now = clock.now()
    with transaction.atomic():
        due = ActionRun.objects.filter(state=State.PENDING, due_at__lte=now).order_by("due_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        ids = [run.pk for run in claims.together(list(due.only("pk", "attempts")[:limit]), lambda run: run.attempts)]
        ActionRun.objects.filter(pk__in=ids, state=State.PENDING).update(
            state=State.CLAIMED,
            lease_owner=identity(),
            lease_until=now + LEASE,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
        )
        return list(
            ActionRun.objects.filter(pk__in=ids).select_related("contact__account", "rule").order_by("due_at", "pk")
        )


def reap() -> int:
    """Give back runs whose process died with them; the third time they are given up. Returns how many."""
    lost = ActionRun.objects.filter(state=State.CLAIMED, lease_until__lt=clock.now())
    dead = lost.filter(attempts__gte=claims.MAX_ATTEMPTS).update(
        state=State.DEAD,
        finished_at=clock.now(),
        lease_until=None,
        outcome=_("The process that worked on it ended; it had been tried three times or more."),
    )
    return dead + lost.update(state=State.PENDING, lease_until=None)


def retry(run: ActionRun) -> bool:
    """Try a given-up run again, from the first attempt. False when it is not given up."""
    again = {"state": State.PENDING, "attempts": 0, "due_at": clock.now(), "finished_at": None}
    return bool(ActionRun.objects.filter(pk=run.pk, state=State.DEAD).update(**again))


def drop(run: ActionRun, reason: str) -> bool:
    """A person leaves a given-up run, and says why. False when it is not given up (any more)."""
    outcome = _("%(before)s Dropped by hand: %(reason)s") % {"before": run.outcome, "reason": reason}
    left = {"state": State.SKIPPED, "outcome": outcome.strip(), "finished_at": clock.now()}
    return bool(ActionRun.objects.filter(pk=run.pk, state=State.DEAD).update(**left))


def _perform(run: ActionRun) -> None:
    try:
        with transaction.atomic():
            if run.contact.internal:
                _finish(run, State.SKIPPED, "The contact is one of us: nobody is told, nothing is sent.")
            elif not still_human(run):
                _finish(run, State.SKIPPED, TURNED_ROBOT)
            elif hearings.is_open(origin(run)):
                _postpone(run)
            else:
                _finish(run, State.DONE, registry.get("action", run.action).perform(run))
    except ActionError as error:
        _fail(run, str(error), permanent=error.permanent)
    except Exception as error:
        logger.exception("Action run %s failed", run.pk)
        _fail(run, f"{type(error).__name__}: {error}", permanent=False)


def still_human(run: ActionRun) -> bool:
    """Re-checked when it is about to leave the machine: the verdict may have changed while it settled."""
    if run.cause["trigger"] != "asset_engaged":
        return True
    return Engagement.objects.filter(event_uuid=run.cause_uuid, contact=run.contact_id, human=True).exists()


def origin(run: ActionRun) -> UUID:
    """The event at the beginning of the chain: what set off the move that set off the run."""
    uuid = run.cause_uuid
    for _number in range(CHAIN):
        before = StageChange.objects.filter(uuid=uuid).values_list("cause_uuid", flat=True).first()
        if before is None:
            break
        uuid = before
    return uuid


def cancel(cause_uuids: Collection[UUID]) -> list[ActionRun]:
    """What these causes set in motion and nobody has done yet is not done; the runs that are done come back."""
    caused = ActionRun.objects.filter(cause_uuid__in=cause_uuids)
    unmake(caused.filter(state=State.PENDING))
    return list(caused.filter(state=State.DONE))


def unmake(runs: QuerySet[ActionRun]) -> int:
    """Note that these did nothing after all. They keep no rule from firing again for a person."""
    return runs.update(state=State.SKIPPED, outcome=TURNED_ROBOT, finished_at=clock.now(), lease_until=None)


def resume(cause_uuids: Collection[UUID]) -> list[ActionRun]:
    """The causes are people's after all: what was undone for a robot is done, or due, again. The runs."""
    undone = list(
        ActionRun.objects.filter(cause_uuid__in=cause_uuids, state=State.SKIPPED, outcome=TURNED_ROBOT).order_by("pk")
    )
    outward = {run.pk for run in undone if registry.get("action", run.action).outward}
    again = ActionRun.objects.filter(pk__in=outward)
    again.update(state=State.PENDING, outcome="", finished_at=None, due_at=clock.now())
    _apply_now([run for run in undone if run.pk not in outward])
    return undone


def _apply_now(inward: list[ActionRun]) -> None:
    """Apply again, as of now: at its own time it was taken back. What it set off is resumed, not repeated."""
    now = clock.now()
    ActionRun.objects.filter(pk__in=[run.pk for run in inward]).update(state=State.DONE)
    for run in inward:
        run.caused_at = now
    engine.apply_inward(inward, now)
    moved = StageChange.objects.filter(cause_uuid__in={run.cause_uuid for run in inward}, at=now)
    moved.update(reacted=True)


def _postpone(run: ActionRun) -> None:
    """Not yet: as if it had not been claimed."""
    mine = ActionRun.objects.filter(pk=run.pk, fence=run.fence, state=State.CLAIMED)
    mine.update(
        state=State.PENDING, due_at=clock.now() + LOOK_AGAIN, lease_until=None, attempts=max(run.attempts - 1, 0)
    )


def _finish(run: ActionRun, state: str, outcome: str) -> None:
    """Only for the holder of the lease: somebody who was thought dead may not finish what another took over."""
    mine = ActionRun.objects.filter(pk=run.pk, fence=run.fence, state=State.CLAIMED)
    if not mine.update(state=state, outcome=outcome, finished_at=clock.now(), lease_until=None):
        raise ActionError("Another process took this run over.")


def _fail(run: ActionRun, message: str, permanent: bool) -> None:
    mine = ActionRun.objects.filter(pk=run.pk, fence=run.fence, state=State.CLAIMED)
    if permanent or run.attempts > len(RETRY_AFTER):
        mine.update(state=State.DEAD, outcome=message, finished_at=clock.now(), lease_until=None)
    else:
        due = clock.now() + RETRY_AFTER[run.attempts - 1]
        mine.update(state=State.PENDING, outcome=message, due_at=due, lease_until=None)
