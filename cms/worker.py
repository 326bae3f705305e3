"""Background work: every app lists its loops, one process runs them all, and any number of processes may.

A loop is a function that does one bounded batch and returns how many rows it worked on; 0 means nothing is due.
All state is in the database: a loop may be killed at any point and run twice at once.
"""

import gc
import logging
import os
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import close_old_connections
from wagtail.utils.apps import get_app_submodules

from cms import clock
from cms.models import Heartbeat

logger = logging.getLogger(__name__)
IDLE_SECONDS = 0.5
HEARTBEAT_SECONDS = 5
TURN_SECONDS = 0.2
GARBAGE_ROUND = 50_000  # new objects; a batch of a thousand events makes as many, and hardly any of them is a circle
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Loop:
    """A named piece of background work. `every` is the least number of seconds between two idle looks."""

    name: str
    run: Callable[[], int]
    every: float = IDLE_SECONDS


def loops() -> list[Loop]:
    """All loops, in INSTALLED_APPS order: each app's `loops.LOOPS`."""
    return [loop for _, module in get_app_submodules("loops") for loop in getattr(module, "LOOPS", [])]


def identity() -> str:
    """Who leases rows: this process, by host and pid."""
    return f"{socket.gethostname()}:{os.getpid()}"


def run_until(
    stop: Callable[[], bool],
    chosen: Sequence[Loop] | None = None,
    role: str = "worker",
    rest: Callable[[], object] = lambda: time.sleep(IDLE_SECONDS / 2),
) -> None:
    """Run the chosen loops (all) in turn until `stop()`; a loop that fails is logged and the others go on.

    `rest` is called when nothing was due.
    """
    spare_garbage_rounds()
    due: dict[str, float] = {}
    rounds = [Loop("heartbeat", lambda: beat(role), HEARTBEAT_SECONDS), *(loops() if chosen is None else chosen)]
    while not stop():
        worked = sum(_run_if_due(loop, due) for loop in rounds if not stop())
        close_old_connections()
        if not worked:
            rest()
    sign_off(role)


def spare_garbage_rounds() -> None:
    """What is loaded now stays: do not look through it for garbage again and again. A third less work for a batch."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_ROUND, 20, 50)


def drain(limit: int = 10_000) -> int:
    """Run all loops until none has anything to do, at most `limit` rounds. For commands and tests. Rows worked on."""
    total = 0
    for _ in range(limit):
        worked = sum(loop.run() for loop in loops())
        if not worked:
            return total
        total += worked
    return total


def beat(role: str = "worker") -> int:
    """Say that this process lives; `doctor` and the health page read it. Clears rows of the long dead. Always 0."""
    now = clock.now()
    Heartbeat.objects.update_or_create(name=f"{role}@{identity()}", defaults={"seen_at": now})
    Heartbeat.objects.filter(seen_at__lt=now - FORGOTTEN).delete()
    return 0


def is_alive(within: timedelta = timedelta(seconds=3 * HEARTBEAT_SECONDS)) -> bool:
    """Has any worker given a sign of life lately?"""
    return Heartbeat.objects.filter(name__startswith="worker@", seen_at__gt=clock.now() - within).exists()


def sign_off(role: str = "worker") -> None:
    """Take this process off the list of the living: it left by itself."""
    Heartbeat.objects.filter(name=f"{role}@{identity()}").delete()


def _run_if_due(loop: Loop, due: dict[str, float]) -> int:
    """A turn of one loop, when it is due: batches for TURN_SECONDS, since one loop's are larger than another's.

    Rests as long as it worked, so that SQLite's other writers get a turn.
    """
    if time.monotonic() < due.get(loop.name, 0):
        return 0
    started, total = time.monotonic(), 0
    try:
        while (worked := loop.run()) and time.monotonic() < started + TURN_SECONDS:
            total += worked
    except Exception:
        logger.exception("Loop %s failed; it is tried again", loop.name)
        worked = 0
    took = time.monotonic() - started
    due[loop.name] = time.monotonic() + (min(took, TURN_SECONDS) if worked else loop.every)
    return total + worked
