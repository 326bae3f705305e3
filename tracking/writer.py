"""Group commit: drafts that arrive together share one commit, and each request is answered after it.

One thread writes. While it commits, requests queue up; then it takes all that wait. It is woken only when it sleeps:
waking it costs more than a request's own row. When the database is away the batch goes to the spool, which is as
durable, and the database is left alone for a moment.
"""

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from queue import SimpleQueue

from tracking import spool, stores
from tracking.rows import Row

logger = logging.getLogger(__name__)
MAX_QUEUE = 10_000  # drafts; about a second of work, and 12 MB
MAX_QUEUE_SIZE = 6 * 1024 * 1024  # characters of their payloads: a flood of large ones must not fill the memory
MAX_BATCH = 2_000
AWAY_SECONDS = 1.0

Waiting = tuple[list[Row], asyncio.Future]


class Busy(Exception):
    """More is waiting than can be written soon: ask again in a moment."""


class Lost(Exception):
    """Neither the database nor the disk took the drafts; they are not acknowledged."""


class Writer:
    """Starts by itself at the first draft, in any event loop; `stop` writes what waits and ends the thread."""

    def __init__(self) -> None:
        self._queue: deque[Waiting] = deque()
        self._queued = 0
        self._size = 0
        self._lock = threading.Lock()
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._is_idle = True  # the thread sleeps, or is about to, and nobody has promised to ring
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._away_until = 0.0

    @property
    def is_crowded(self) -> bool:
        """Does so much wait that a large request would hardly find room?"""
        return self._size > MAX_QUEUE_SIZE // 2

    def start(self) -> None:
        """Start the thread unless it runs."""
        with self._lock:
            self._start()

    def stop(self) -> None:
        """Write what waits, then end. A later draft starts it again, and so does one that came too late for the end."""
        with self._lock:
            thread = self._thread
            if thread is None:
                return
            self._stopping = True
        self._bell.put(None)
        thread.join()  # until then it stays in its place, lest a second one writes beside it
        with self._lock:
            if self._thread is not thread:  # somebody else stopped it too, and was faster
                return
            self._thread, self._stopping = None, False
            if self._queue:
                self._start()

    def _start(self) -> None:
        """With the lock held."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="draft-writer", daemon=True)
            self._thread.start()

    def put(self, drafts: list[Row], patience: float = 0) -> asyncio.Future:
        """Queue the drafts; the future is done when they are durable, or fails with Lost. Raises Busy when full.

        With `patience` it fails with TimeoutError after so many seconds; the drafts are stored all the same.
        """
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        size = _size(drafts)
        with self._lock:
            if self._queued + len(drafts) > MAX_QUEUE or self._size + size > MAX_QUEUE_SIZE:
                raise Busy
            self._queue.append((drafts, future))
            self._queued += len(drafts)
            self._size += size
            self._start()
            must_ring, self._is_idle = self._is_idle, False
        if must_ring:
            self._bell.put(None)
        if patience:
            timer = loop.call_later(patience, _give_up, future)
            future.add_done_callback(lambda _: timer.cancel())
        return future

    def _run(self) -> None:
        store = stores.make()
        while batch := self._next():
            error = self._written(store, [draft for drafts, _ in batch for draft in drafts])
            _answer([future for _, future in batch], error)
        store.close()

    def _next(self) -> list[Waiting]:
        """All that waits, up to MAX_BATCH drafts; sleeps until there is something; empty at the end."""
        while True:
            with self._lock:
                if self._queue or self._stopping:
                    return self._taken()
                self._is_idle = True
            self._bell.get()

    def _taken(self) -> list[Waiting]:
        batch, number, size = [], 0, 0
        while self._queue and number < MAX_BATCH:
            batch.append(self._queue.popleft())
            number += len(batch[-1][0])
            size += _size(batch[-1][0])
        self._queued -= number
        self._size -= size
        return batch

    def _written(self, store: stores.Store, drafts: list[Row]) -> Exception | None:
        """None when the drafts are durable in the inbox or in the spool; else why not."""
        if time.monotonic() >= self._away_until:
            try:
                store.write(drafts)
                return None
            except Exception:
                logger.exception("The inbox cannot be written; %d drafts go to the spool", len(drafts))
                self._away_until = time.monotonic() + AWAY_SECONDS
        try:
            spool.keep(drafts)
            return None
        except Exception as error:
            logger.exception("The spool cannot be written either; %d drafts are refused", len(drafts))
            return Lost(str(error))


def _size(drafts: list[Row]) -> int:
    """Characters of their payloads."""
    return len(drafts[0].payload) if len(drafts) == 1 else sum(len(draft.payload) for draft in drafts)


def _answer(futures: list[asyncio.Future], error: Exception | None) -> None:
    """Wake the requests, one call for each event loop they are in."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future]] = {}
    for future in futures:
        loops.setdefault(future.get_loop(), []).append(future)
    for loop, mine in loops.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, mine, error)


def _give_up(future: asyncio.Future) -> None:
    if not future.done():
        future.set_exception(TimeoutError())


def _settle(futures: list[asyncio.Future], error: Exception | None) -> None:
    for future in futures:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


writer = Writer()
