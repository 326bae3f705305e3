"""ActionRuns carried out: claimed with a lease, counted before work, finished in the transaction of their effect."""

import logging
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F

from cms import clock
from cms.worker import identity
from nurture import registry
from nurture.contacts.models import Engagement
from nurture.registry import ActionError
from nurture.rules.models import ActionRun

logger = logging.getLogger(__name__)
State = ActionRun.State
BATCH = 50
LEASE = timedelta(minutes=2)
RETRY_AFTER = [timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)]


def perform_due(limit: int = BATCH) -> int:
    """Carry out up to `limit` due runs; return how many. One that fails is tried again, then given up, visibly."""
    runs = claim_due(limit)
    for run in runs:
        _perform(run)
    return len(runs)


def claim_due(limit: int) -> list[ActionRun]:
    """Lease due runs to this process. Two processes never get the same one: rows are locked, or there is one writer."""
    now = clock.now()
    with transaction.atomic():
        due = ActionRun.objects.filter(state=State.PENDING, due_at__lte=now).order_by("due_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        ids = list(due.values_list("pk", flat=True)[:limit])
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
    dead = lost.filter(attempts__gte=3).update(
        state=State.DEAD, finished_at=clock.now(), outcome="The process that worked on it died three times."
    )
    return dead + lost.update(state=State.PENDING, lease_until=None)


def retry(run: ActionRun) -> bool:
    """Try a given-up run again, from the first attempt. False when it is not given up."""
    again = {"state": State.PENDING, "attempts": 0, "due_at": clock.now(), "finished_at": None}
    return bool(ActionRun.objects.filter(pk=run.pk, state=State.DEAD).update(**again))


def _perform(run: ActionRun) -> None:
    try:
        with transaction.atomic():
            if still_human(run):
                outcome, state = registry.get("action", run.action).perform(run), State.DONE
            else:
                outcome, state = "What set it off turned out to be a robot, or was taken back.", State.SKIPPED
            _finish(run, state, outcome)
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
