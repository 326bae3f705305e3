"""One wake-up of the event loop for many requests, and none missed."""

import asyncio
import os
import random
import signal
import threading
import time

import pytest

from tracking import collector, wakeups


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def written(loop: asyncio.AbstractEventLoop) -> list[None]:
    """Grows with each byte that wakes the loop."""
    bytes_, write = [], loop._write_to_self
    loop._write_to_self = lambda: (bytes_.append(None), write())
    return bytes_


def hand_over(loop: asyncio.AbstractEventLoop, number: int, done: list[None]) -> None:
    """From another thread, while the loop is in the middle of a turn."""

    def from_outside():
        for _ in range(number):
            loop.call_soon_threadsafe(done.append, None)

    thread = threading.Thread(target=from_outside)
    thread.start()
    thread.join()


@pytest.mark.parametrize(("is_spared", "bytes_"), [(True, 1), (False, 100)])
def test_a_hundred_requests_within_a_turn_wake_once(loop, is_spared, bytes_):
    seen, done = written(loop), []
    if is_spared:
        wakeups.spare(loop)

    loop.call_soon(hand_over, loop, 100, done)
    loop.call_later(0.1, loop.stop)
    loop.run_forever()

    assert len(done) == 100
    assert len(seen) == bytes_


def test_each_turn_may_be_woken_again(loop):
    seen, done = written(loop), []
    wakeups.spare(loop)
    for after in (0, 0.05, 0.1):
        loop.call_later(after, hand_over, loop, 10, done)

    loop.call_later(0.2, loop.stop)
    loop.run_forever()

    assert len(done) == 30
    assert len(seen) == 3


def test_nothing_is_missed_however_requests_and_turns_meet(loop):
    wakeups.spare(loop)
    threads, each, left = 4, 3_000, []

    def came():
        left.append(None)
        if len(left) == threads * each:
            loop.stop()

    def send(seed):
        dice = random.Random(seed)
        for _ in range(each):
            loop.call_soon_threadsafe(came)
            if dice.random() < 0.05:  # until the loop sleeps
                time.sleep(dice.random() / 2_000)

    for seed in range(threads):
        threading.Thread(target=send, args=(seed,), daemon=True).start()
    loop.call_later(30, loop.stop)
    loop.run_forever()

    assert len(left) == threads * each


def test_a_signal_is_still_heard(loop):
    wakeups.spare(loop)
    heard = []
    loop.add_signal_handler(signal.SIGUSR1, lambda: (heard.append(True), loop.stop()))

    loop.call_later(0.01, os.kill, os.getpid(), signal.SIGUSR1)
    loop.call_later(5, loop.stop)
    loop.run_forever()

    assert heard == [True]


def test_twice_is_once_and_another_kind_of_loop_stays_as_it_is(loop):
    wakeups.spare(loop)
    first = loop._write_to_self
    wakeups.spare(loop)
    assert loop._write_to_self is first

    class Other:
        _write_to_self = None

    other = Other()
    wakeups.spare(other)
    assert other._write_to_self is None


def test_the_collector_spares_its_own_loop(loop):
    plain, said = loop._write_to_self, []
    inbox = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive():
        return next(inbox)

    async def send(message):
        said.append((message["type"], loop._write_to_self != plain))

    loop.run_until_complete(collector.app({"type": "lifespan"}, receive, send))

    assert said == [("lifespan.startup.complete", True), ("lifespan.shutdown.complete", True)]
