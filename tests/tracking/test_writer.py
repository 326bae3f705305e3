"""The task that writes drafts: one at a time, also while it is being stopped, and nothing waits for the next put."""

import asyncio
from types import SimpleNamespace

import pytest

from tracking import stores, writer

DRAFT = SimpleNamespace(payload="{}")


class Slow:
    """A store that writes when it may, and knows whether two write."""

    def __init__(self):
        self.may, self.is_writing, self.opened, self.closed, self.rows = asyncio.Event(), False, 0, 0, 0

    def make(self):
        self.opened += 1
        return self

    async def write(self, drafts):
        assert not self.is_writing, "two write"
        self.is_writing = True
        await self.may.wait()
        self.rows += len(drafts)
        self.is_writing = False

    async def close(self):
        assert not self.is_writing
        self.closed += 1


@pytest.fixture
def store(monkeypatch):
    slow = Slow()
    monkeypatch.setattr(stores, "make", slow.make)
    return slow


def test_draft_that_comes_while_it_stops_is_written_before_the_end(store):
    own = writer.Writer()

    async def run():
        first = own.put([DRAFT])
        await asyncio.sleep(0)
        assert store.is_writing
        stopping = asyncio.create_task(own.stop())
        await asyncio.sleep(0)
        second = own.put([DRAFT])
        store.may.set()
        await asyncio.gather(first, second, stopping)

    asyncio.run(run())
    assert (store.rows, store.opened, store.closed) == (2, 1, 1)


def test_draft_that_comes_after_the_end_starts_it_again(store):
    own = writer.Writer()
    store.may.set()

    async def run():
        await own.put([DRAFT])
        await own.stop()
        await own.put([DRAFT])
        await own.stop()
        await own.stop()

    asyncio.run(run())
    assert (store.rows, store.opened, store.closed) == (2, 2, 2)


def test_drafts_that_come_together_wait_for_one_commit(store):
    own = writer.Writer()

    async def run():
        waiting = [own.put([DRAFT]) for _ in range(writer.MAX_BATCH + 1)]
        assert len(set(map(id, waiting))) == 2
        store.may.set()
        await asyncio.gather(*waiting)
        await own.stop()

    asyncio.run(run())
    assert store.rows == writer.MAX_BATCH + 1


def test_who_was_just_answered_may_bring_more(store):
    own = writer.Writer()
    store.may.set()

    async def run():
        async with asyncio.timeout(10):
            for _ in range(3):
                await own.put([DRAFT])
        await own.stop()

    asyncio.run(run())
    assert (store.rows, store.opened, store.closed) == (3, 1, 1)


def test_one_request_that_is_cancelled_ends_the_wait_of_no_other(store):
    async def scenario():
        own, done = writer.Writer(), []

        async def request(name):
            await own.put([DRAFT])
            done.append(name)

        tasks = [asyncio.create_task(request(name)) for name in "abc"]
        await asyncio.sleep(0.01)
        tasks[1].cancel()
        await asyncio.sleep(0.01)
        assert done == []
        store.may.set()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(end) for end in ends] == [type(None), asyncio.CancelledError, type(None)]
        assert done == ["a", "c"]
        await own.stop()

    asyncio.run(scenario())


def test_who_asks_of_a_commit_that_is_over_goes_on(store):
    async def scenario():
        own = writer.Writer()
        store.may.set()
        committed = own.put([DRAFT])
        await committed
        await asyncio.wait_for(asyncio.ensure_future(committed), 1)
        await own.stop()

    asyncio.run(scenario())
