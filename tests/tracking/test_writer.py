"""The thread that writes drafts: one at a time, also while it is being stopped, and nothing waits for the next put."""

import asyncio
import threading
from types import SimpleNamespace

import pytest

from tracking import stores, writer

DRAFT = SimpleNamespace(payload="{}")


class Slow:
    """A store that writes when it may, and knows how many threads have one."""

    def __init__(self):
        self.may, self.writing, self.opened, self.closed, self.rows = threading.Event(), threading.Event(), 0, 0, 0

    def make(self):
        assert self.opened == self.closed, "two threads write"
        self.opened += 1
        return self

    def write(self, drafts):
        self.writing.set()
        self.may.wait()
        self.rows += len(drafts)

    def close(self):
        self.closed += 1


@pytest.fixture
def store(monkeypatch):
    slow = Slow()
    monkeypatch.setattr(stores, "make", slow.make)
    return slow


def test_draft_that_comes_while_it_stops_is_written_by_the_same_thread(store):
    own = writer.Writer()

    async def run():
        first = own.put([DRAFT])
        await asyncio.to_thread(store.writing.wait)
        stopper = threading.Thread(target=own.stop, daemon=True)
        stopper.start()
        while not own._stopping:
            await asyncio.sleep(0.001)
        second = own.put([DRAFT])
        store.may.set()
        await asyncio.gather(first, second)
        await asyncio.to_thread(stopper.join, 30)
        assert not stopper.is_alive()

    asyncio.run(run())
    assert (store.rows, store.opened, store.closed, own._thread) == (2, 1, 1, None)


def test_draft_that_comes_after_the_thread_s_end_starts_it_again(store):
    own, late = writer.Writer(), []
    store.may.set()

    async def run():
        await own.put([DRAFT])
        join = own._thread.join
        own._thread.join = lambda: (join(), late.append(own.put([DRAFT])))
        own.stop()
        await late[0]
        own.stop()
        own.stop()

    asyncio.run(run())
    assert (store.rows, store.opened, store.closed, own._thread) == (2, 2, 2, None)
