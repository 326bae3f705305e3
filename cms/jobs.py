"""Long work that a person waits for: done in bounded slices by any worker, resumed where it stopped, told at its end.

A kind of work is a function `(job) -> Progress` registered with `@job("kind")` in an app's `jobs` module. It does one
slice of at most a few seconds, starting at `job.resume_point`. A slice may run twice (a worker died before its progress
was stored), so it must be safe to repeat; what it commits together with a `checkpoint` is done once.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.utils.apps import get_app_submodules

from cms import clock
from cms.models import Job

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
PAUSE = timedelta(seconds=5)  # times the number of failures, before the next attempt
MAX_ATTEMPTS = 3
State = Job.State


@dataclass(frozen=True)
class Progress:
    """How far a slice came. `report` (JSON) replaces the job's: {"summary": {word: number}, "rows": [notice dicts]}."""

    done: int
    total: int
    resume_point: object = None
    finished: bool = False
    report: dict = field(default_factory=dict)


class JobError(Exception):
    """The work cannot go on, said in words for the person who waits: why, and how to mend it."""


class OvertakenError(Exception):
    """The job was stopped, or another worker has taken it over: what this slice does counts no more."""


@dataclass(frozen=True)
class Kind:
    """One kind of work: what does a slice, what clears up after the end, and where its person goes on (label, url)."""

    work: Callable[[Job], Progress]
    tidy: Callable[[Job], None] | None = None
    way_on: Callable[[Job], tuple[str, str]] | None = None


_kinds: dict[str, Kind] = {}


def job(kind: str, *, tidy=None, way_on=None):
    """Register the function that does one slice of this kind of work. A kind registered twice raises ValueError.

    `tidy(job)` is called when the job is done or stopped, and only then: such a job, once stopped, does not go on.
    `way_on(job)` -> (label, url) is what its screen offers when it is done.
    """

    def register(work: Callable[[Job], Progress]):
        if kind in _kinds and _kinds[kind].work is not work:
            raise ValueError(f"Job kind {kind!r} is registered twice")
        _kinds[kind] = Kind(work, tidy, way_on)
        return work

    return register


def kinds() -> dict[str, Kind]:
    """All kinds of work of all installed apps."""
    list(get_app_submodules("jobs"))
    return _kinds


def start(kind: str, title: str, params: dict, user) -> Job:
    """Queue a job. `params` must be JSON. Raises ValueError for a kind nobody registered."""
    if kind not in kinds():
        raise ValueError(f"Job kind {kind!r} is not registered; known: {', '.join(sorted(kinds())) or 'none'}")
    row = Job.objects.create(kind=kind, title=title, params=params, created_by=user, created_at=clock.now())
    log(row, "job.start", user=user)
    return row


def run_slice() -> int:
    """Claim the oldest job that is due, do one slice of it, store how far it came. 1, or 0 when none is due."""
    row = _claim()
    if row is None:
        return 0
    kind = kinds().get(row.kind)
    if kind is None:
        _give_up(row, _("No part of this installation does work of the kind %(kind)s.") % {"kind": row.kind})
        return 1
    try:
        progress = kind.work(row)
    except OvertakenError:
        logger.info("Job %s (%s) was stopped or taken over in the middle of a slice", row.pk, row.kind)
    except Exception as error:
        logger.exception("Job %s (%s) failed, attempt %s", row.pk, row.kind, row.attempts)
        _fail(row, error)
    else:
        _store(row, progress)
    return 1


def checkpoint(row: Job, done: int, resume_point) -> None:
    """Store how far a slice came, in the transaction of what it did: both are kept, or neither.

    Raises OvertakenError when the job is no longer this worker's, so that the transaction is rolled back.
    """
    if not _held(row).update(done=done, resume_point=resume_point):
        raise OvertakenError


def cancel(row: Job, user) -> bool:
    """Stop a job that is not at its end; a slice that is under way is not counted. False when it was too late."""
    open_states = Job.objects.filter(pk=row.pk, state__in=(State.QUEUED, State.RUNNING))
    stopped = open_states.update(state=State.CANCELLED, finished_at=clock.now(), lease_until=None)
    if stopped:
        log(row, "job.cancel", user=user)
        _tidy(row)
    return bool(stopped)


def may_retry(row: Job) -> bool:
    """Can it go on? When it failed; when it was stopped, only if what it needs was not cleared away."""
    kind = kinds().get(row.kind)
    return row.state == State.FAILED or (row.state == State.CANCELLED and not (kind and kind.tidy))


def retry(row: Job, user) -> bool:
    """Queue a failed or cancelled job again; it goes on where it stopped. False when it cannot (`may_retry`)."""
    queued = requeue(row)
    if queued:
        log(row, "job.retry", user=user)
    return queued


def requeue(row: Job) -> bool:
    """As `retry`; the caller writes the audit log."""
    row.refresh_from_db(fields=["state"])
    ended = Job.objects.filter(pk=row.pk, state=row.state) if may_retry(row) else Job.objects.none()
    return bool(ended.update(state=State.QUEUED, attempts=0, error="", finished_at=None, lease_until=None))


def leave(row: Job, words: str) -> bool:
    """Nobody will try a failed job again: it is stopped, and `words` stand behind its error. The caller audits."""
    error = f"{row.error} {words}".strip()
    left = Job.objects.filter(pk=row.pk, state=State.FAILED).update(state=State.CANCELLED, error=error)
    if left:
        _tidy(row)
    return bool(left)


def _due(now):
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    return Job.objects.filter(free, state__in=(State.QUEUED, State.RUNNING))


def _claim() -> Job | None:
    """Lease one due job to this process. The attempt is counted before the work: who kills workers is found out."""
    while (row := _due(clock.now()).order_by("pk").first()) is not None:
        now = clock.now()
        mine = _due(now).filter(pk=row.pk, attempts=row.attempts)
        if row.attempts >= MAX_ATTEMPTS:
            words = _("It was interrupted %(times)s times without getting further.") % {"times": row.attempts}
            mine.update(state=State.FAILED, error=row.error or words, finished_at=now, lease_until=None)
            continue
        if mine.update(
            state=State.RUNNING,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
            started_at=Coalesce("started_at", now),
        ):
            row.refresh_from_db()
            return row
    return None


def _held(row: Job):
    """The row, if the lease that this process took still stands: not cancelled, not taken over by another."""
    return Job.objects.filter(pk=row.pk, state=State.RUNNING, lease_until=row.lease_until, attempts=row.attempts)


def _store(row: Job, progress: Progress) -> None:
    values = {
        "done": progress.done,
        "total": progress.total,
        "resume_point": progress.resume_point,
        "report": progress.report or row.report,
        "attempts": 0,
        "lease_until": None,
        "error": "",
    }
    if progress.finished:
        values |= {"state": State.DONE, "finished_at": clock.now()}
    if _held(row).update(**values) and progress.finished:
        _tidy(row)


def _tidy(row: Job) -> None:
    """Clear up after a job at its end. What a killed process leaves behind, the kind has to find by itself."""
    kind = kinds().get(row.kind)
    if kind and kind.tidy:
        kind.tidy(row)


def _fail(row: Job, error: Exception) -> None:
    """Try again a little later; after MAX_ATTEMPTS, or at once for a JobError, give up and say why."""
    if isinstance(error, JobError):
        _give_up(row, str(error))
        return
    words = f"{type(error).__name__}: {error}"
    if row.attempts >= MAX_ATTEMPTS:
        _give_up(row, words)
    else:
        _held(row).update(error=words, lease_until=clock.now() + PAUSE * row.attempts)


def _give_up(row: Job, words: str) -> None:
    _held(row).update(state=State.FAILED, error=words, finished_at=clock.now(), lease_until=None)
