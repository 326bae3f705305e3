"""Readers keep coming while the database and the broker are stopped and collectors are killed: nothing is lost."""

import contextlib
import sqlite3
import threading
import time
from collections import Counter
from random import Random

import pytest

from cms import processes
from tests import procfile
from tests.conftest import ON_SQLITE
from tests.faults import replayed
from tests.faults.killing import Unit
from tests.faults.load import Load
from tests.services import kept_port
from tracking import accounts
from tracking.models import Event

pytestmark = [pytest.mark.faults, pytest.mark.slow]


class Outage(threading.Thread):
    """Does what `plan` says, [(seconds from the beginning, what to do)], and starts again whatever ends meanwhile."""

    def __init__(self, units, plan, seconds):
        super().__init__(name="outage", daemon=True)
        self.units, self.plan, self.seconds = units, sorted(plan, key=lambda one: one[0]), seconds
        self.error = None

    def run(self):
        begun, waiting = time.monotonic(), list(self.plan)
        try:
            while waiting or time.monotonic() < begun + self.seconds:
                for unit in self.units:
                    unit.supervise()
                if waiting and time.monotonic() >= begun + waiting[0][0]:
                    waiting.pop(0)[1]()
                time.sleep(0.1)
        except Exception as error:  # noqa: BLE001 -- told by the test, in its own thread
            self.error = error


@pytest.mark.parametrize(
    ("seconds", "rate", "away", "kills"),
    [
        pytest.param(24, 100, 6, 2, id="short"),
        pytest.param(600, 300, 60, 5, id="ten-minutes", marks=pytest.mark.chaos),
    ],
)
def test_what_was_acknowledged_is_stored_once_and_links_lead_on(
    seconds, rate, away, kills, new_installation, units, redis, cluster, seed, tell
):
    port = kept_port()
    env = {"PORT": str(port), "LEDE_BASE_URL": f"http://127.0.0.1:{port}"}
    installation = new_installation(**env, **({} if ON_SQLITE else {"REDIS_URL": redis.url, "WEB_PROCESSES": "1"}))
    installation.port = port
    running, url = units(installation, None if ON_SQLITE else redis)
    with contextlib.ExitStack() as stack:
        receivers = {"web" if ON_SQLITE else "collector": url}
        if not ON_SQLITE:
            running.append(second := another_collector(installation))
            stack.callback(second.end)
            receivers["second"] = second.url
        load = Load(list(receivers.values()), rate, seconds, seed)
        servers = [locked(installation, away)] if ON_SQLITE else [stopped(cluster), stopped(redis)]
        outage = Outage(running, plan(Random(seed), running, servers, seconds, away, kills), seconds)
        outage.start()
        load.start()
        load.join(seconds * 3)
        outage.join(120)
        assert (outage.error, load.is_alive(), outage.is_alive()) == (None, False, False)
        begun = time.monotonic()
        replayed.settle(installation)
        settled = time.monotonic() - begun
    stored = Counter(Event.objects.values_list("uuid", flat=True))
    tell(f"{load.total} requests, answers {dict(load.answers)}, {len(load.acknowledged)} events acknowledged")
    tell(f"links: {len(load.waits['link'])} led on, ms in the median/99 %/at most {load.slowest('link')}")
    tell(f"all taken over {settled:.0f} s later: {accounts.balance()}")
    assert (load.lost, load.astray) == ([], [])
    assert load.acknowledged - set(stored) == set()
    assert set(stored.values()) == {1}
    assert accounts.balance().holds


def another_collector(installation):
    port = kept_port()
    url = f"http://127.0.0.1:{port}"
    unit = Unit(
        "collector",
        lambda: procfile.start(installation, "collector", port, start_new_session=True),
        lambda: processes.answers(f"{url}/t/p.gif"),
    )
    unit.url = url
    installation.wait_until(unit.is_up, 60)
    return unit


def plan(chance, running, servers, seconds, away, kills):
    """The servers are away together for two thirds of `away`, and one collector is killed in the midst of it."""
    first = chance.uniform(seconds * 0.2, seconds * 0.5)
    found = []
    for number, (stop, start) in enumerate(servers):
        begin = first + number * away / 3
        found += [(begin, stop), (begin + away, start)]
    moments = [first + away / 2, *(chance.uniform(seconds * 0.05, seconds * 0.9) for _ in range(kills - 1))]
    return found + [(moment, lambda: kill_one(chance, running)) for moment in moments]


def kill_one(chance, running):
    """One receiver, as soon as all of them are up, and the process that serves pages."""
    receivers = [unit for unit in running if unit.name == ("web" if ON_SQLITE else "collector")]
    assert processes.wait_until(lambda: all(unit.is_up() for unit in receivers), 60)
    chance.choice(receivers).end()
    for unit in running:
        if unit.name == "web":
            unit.end()


def stopped(server):
    """(stop, start) of a server."""
    return (server.stop, server.start)


def locked(installation, away):
    """On SQLite the database is away while somebody else holds both of its files."""
    held = []

    def take():
        for path in installation.databases.values():
            connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
            connection.execute("BEGIN EXCLUSIVE")
            held.append(connection)

    return take, lambda: [connection.close() for connection in held]
