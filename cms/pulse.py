"""The sign of life of a process that serves and does no background work: written by a thread of its own."""

import logging
import threading
from multiprocessing.util import Finalize

from django.db import DatabaseError, close_old_connections

from cms import worker

logger = logging.getLogger(__name__)
_stopping = threading.Event()


def start(role: str) -> None:
    """Beat as `role` until this process ends. A database that is away is waited for."""
    thread = threading.Thread(target=_beat_on, args=[role], name=f"pulse of {role}", daemon=True)
    thread.start()
    # Not atexit: granian's processes are children of multiprocessing, which leave without it.
    Finalize(None, _stop, args=[thread], exitpriority=1)


def _stop(thread: threading.Thread) -> None:
    _stopping.set()
    thread.join(2)


def _beat_on(role: str) -> None:
    while True:
        _try(worker.beat, role)
        if _stopping.wait(worker.HEARTBEAT_SECONDS):
            _try(worker.sign_off, role)
            return


def _try(say, role: str) -> None:
    close_old_connections()
    try:
        say(role)
    except DatabaseError as error:
        logger.warning("No sign of life could be written: %s", error)
