"""Processes that are killed at random and started again, and the thread that does it."""

import contextlib
import logging
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from tests.faults import tree

logger = logging.getLogger(__name__)
READY_SECONDS = 5  # a process that is still starting has little to lose
PAUSE_SECONDS = (0.5, 2.5)
Strike = Callable[[Random], bool]


class Unit:
    """One command of the installation with its children, started again whenever it ends, as a supervisor does."""

    def __init__(self, name: str, spawn: Callable[[], subprocess.Popen], is_up: Callable[[], object] = lambda: True):
        self.name, self.spawn, self.is_up = name, spawn, is_up
        self.start()

    def start(self) -> None:
        self.process, self.started_at = self.spawn(), time.monotonic()

    def supervise(self) -> None:
        """Start it again when it has ended, whatever the reason, and without what is left of it."""
        if self.process.poll() is not None:
            self.end()
            self.start()

    def end(self) -> None:
        """SIGKILL for it and all its children: it was started as the leader of a group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill(self, name: str, chance: Random) -> bool:
        """SIGKILL for all of it or for one child, when there is one called `name` that has had time to start."""
        if self.process.poll() is not None or time.monotonic() - self.started_at < READY_SECONDS or not self.is_up():
            return False
        below = [pid for pid in tree.descendants(self.process.pid) if self._called(pid) == name]
        if self.name == name and (not below or chance.random() < 0.5):
            self.end()
            return True
        if below:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(below), signal.SIGKILL)
        return bool(below)

    def _called(self, pid: int) -> str:
        """`serve` has a worker among its children."""
        command = tree.command(pid)
        if "resource_tracker" in command:
            return ""
        return "worker" if "manage.py worker" in command else self.name


class Killer(threading.Thread):
    """Kills until each of `times` (name: how often) is reached. All chance comes from `seed`.

    `strikes` are ways to hurt what is no unit: name -> function(chance) that says whether it did.
    """

    def __init__(self, units: Sequence[Unit], strikes: dict[str, Strike], times: dict[str, int], seed: int):
        super().__init__(name="killer", daemon=True)
        self.units, self.strikes, self.times = units, strikes, times
        self.seed, self.chance = seed, Random(seed)
        self.kills: Counter[str] = Counter()
        self.error: Exception | None = None
        self._ended = threading.Event()

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return min(1.0, sum(min(self.kills[name], n) for name, n in self.times.items()) / sum(self.times.values()))

    def run(self) -> None:
        try:
            while not self._ended.wait(self.chance.uniform(*PAUSE_SECONDS)) and self.share < 1:
                self._once()
        except Exception as error:  # noqa: BLE001 -- told by finish(), in the test's own thread
            self.error = error
        finally:
            for unit in self.units:
                unit.supervise()

    def finish(self, seconds: float) -> str:
        """Wait until it has killed enough; what it did, for the report. Raises what it met."""
        self.join(seconds)
        late = self.is_alive()
        self._ended.set()
        self.join(120)
        if self.error:
            raise self.error
        assert not late, f"after {seconds} s only {self}"
        return str(self)

    def pace(self, total: int) -> Callable[[int], None]:
        """A function to call with each number of rows sent: it waits, so that sending and killing end together."""
        sent = 0

        def wait(number: int) -> None:
            nonlocal sent
            sent += number
            while self.is_alive() and sent / total > self.share + 0.1:
                time.sleep(0.1)

        return wait

    def __str__(self) -> str:
        done = ", ".join(f"{name} {number}" for name, number in sorted(self.kills.items()))
        return f"LEDE_SEED={self.seed}: killed {done}"

    def _once(self) -> None:
        for unit in self.units:
            unit.supervise()
        wanted = [name for name, number in self.times.items() for _ in range(number - self.kills[name])]
        name = self.chance.choice(wanted)
        if name in self.strikes:
            hit = self.strikes[name](self.chance)
        else:
            hit = any(unit.kill(name, self.chance) for unit in self.chance.sample(self.units, len(self.units)))
        self.kills[name] += hit
        logger.info("killed %s: %s", name, hit)
