"""Group commit: drafts that arrive together share one commit, and each request is answered after it.

One thread writes. While it commits, requests fill the next batch, and all that are in one wait for one future. The
thread is woken only when it sleeps: waking it costs more than a request's own row. When the database is away the batch
goes to the spool, which is as durable, and the database is left alone for a moment.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context

from tracking import spool, stores
from tracking.rows import Row
from tracking.unkept import Unkept

logger = logging.getLogger(__name__)
MAX_QUEUE = 10_000  # drafts; about a second of work, and 12 MB
MAX_QUEUE_SIZE = 6 * 1024 * 1024  # characters of their payloads: a flood of large ones must not fill the memory
MAX_BATCH = 2_000
AWAY_SECONDS = 1.0


class Busy(Exception):
    """More is waiting than can be written soon: ask again in a moment."""


class Lost(Exception):
    """Neither the database nor the disk took the drafts; they are not acknowledged."""


class Shared(asyncio.Future):
    """Requests wait for it: one that is cancelled hears of it at its end, and does not end it for the others.

    asyncio gives each who waits a place in the loop's queue; here all go on in one turn, which is cheaper.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop):
        super().__init__(loop=loop)
        self._waiting: list[tuple[Callable[[asyncio.Future], object], Context]] = []

    def cancel(self, msg: object = None) -> bool:
        return False

    def add_done_callback(self, fn: Callable[[asyncio.Future], object], *, context: Context | None = None) -> None:
        if self.done():
            super().add_done_callback(fn, context=context)
        else:
            self._waiting.append((fn, context or copy_context()))

    def set_result(self, result: None) -> None:
        super().set_result(result)
        self.get_loop().call_soon(self._go_on)

    def set_exception(self, exception: type | BaseException) -> None:
        super().set_exception(exception)
        self.get_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        for go_on, context in self._waiting:  # the steps of tasks, which keep their exceptions to themselves
            context.run(go_on, self)
        self._waiting.clear()


class Batch:
    """Drafts that are committed together, and the event loop in which their requests wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop):
        self.loop, self.rows, self.size = loop, [], 0
        self.leading = 0  # rows whose reader is led on in any case
        self.done = Shared(loop)
        self.hurried: Shared | None = None  # for those whose patience ends
        self._timer: asyncio.TimerHandle | None = None

    def hurry(self, seconds: float) -> Shared:
        """A future that is done with the batch, and after so many seconds in any case: then with TimeoutError."""
        if self.hurried is None:
            self.hurried = Shared(self.loop)
            self._timer = self.loop.call_later(seconds, _fail, self.hurried, TimeoutError())
        return self.hurried

    def settle(self, error: Exception | None) -> None:
        """Answer the requests; called in their loop."""
        if self._timer:
            self._timer.cancel()
        for future in filter(None, (self.done, self.hurried)):
            if error:
                _fail(future, error)
            elif not future.done():
                future.set_result(None)


class Writer:
    """Starts by itself at the first draft of an event loop; `stop` writes what waits."""

    def __init__(self) -> None:
        self._queue: deque[Batch] = deque()  # the last of them takes more
        self._queued = 0
        self._size = 0
        self._store: stores.Store | None = None
        self._task: asyncio.Task[None] | None = None
        self._away_until = 0.0
        self.unkept = Unkept()

    @property
    def is_crowded(self) -> bool:
        """Does so much wait that a large request would hardly find room?"""
        return self._size > MAX_QUEUE_SIZE // 2

    async def stop(self) -> None:
        """Write what waits and let go of the inbox. A later draft starts it again."""
        while self._task:
            await asyncio.wait([self._task])
        if self._store:
            store, self._store = self._store, None
            await store.close()

    def put(self, drafts: list[Row], patience: float = 0) -> Shared:
        """Queue the drafts; the future is done when they are durable, or fails with Lost. Raises Busy when full.

        With `patience` it fails with TimeoutError after so many seconds; the drafts are stored all the same. Who
        says so goes on in any case: what cannot be stored of it is counted (tracking/unkept.py).
        """
        size = len(drafts[0].payload) if len(drafts) == 1 else sum(len(draft.payload) for draft in drafts)
        if self._queued + len(drafts) > MAX_QUEUE or self._size + size > MAX_QUEUE_SIZE:
            raise Busy
        batch = self._open(len(drafts))
        batch.rows += drafts
        batch.size += size
        self._queued += len(drafts)
        self._size += size
        if not patience:
            return batch.done
        batch.leading += len(drafts)
        return batch.hurry(patience)

    def _open(self, number: int) -> Batch:
        """The batch that so many drafts go to."""
        if not self._queue or len(self._queue[-1].rows) + number > MAX_BATCH:
            loop = asyncio.get_running_loop()
            self._queue.append(Batch(loop))
            if not self._task:
                self._task = loop.create_task(self._run())
        return self._queue[-1]

    async def _run(self) -> None:
        try:
            self._store = self._store or stores.make()
            while self._queue:
                batch = self._queue.popleft()
                self._queued -= len(batch.rows)
                self._size -= batch.size
                error = await self._written(self._store, batch.rows)
                batch.settle(error)
                if error:
                    self.unkept.count(batch.leading)
                elif self.unkept.is_waiting:
                    await self.unkept.store()
        finally:
            self._task = None

    async def _written(self, store: stores.Store, drafts: list[Row]) -> Exception | None:
        """None when the drafts are durable in the inbox or in the spool; else why not."""
        if time.monotonic() >= self._away_until:
            try:
                await store.write(drafts)
                return None
            except Exception:
                logger.exception("The inbox cannot be written; %d drafts go to the spool", len(drafts))
                self._away_until = time.monotonic() + AWAY_SECONDS
        try:
            await asyncio.to_thread(spool.keep, drafts)
            return None
        except Exception as error:
            logger.exception("The spool cannot be written either; %d drafts are refused", len(drafts))
            return Lost(str(error))


def _fail(future: asyncio.Future, error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # asked here, since perhaps nobody waits for it


writer = Writer()
