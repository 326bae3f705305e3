"""A recorded history over HTTP while everything that can die is killed: nothing lost, nothing twice, same outcome."""

import time

import pytest

from tests.conftest import ON_SQLITE
from tests.faults import replayed
from tests.faults.killing import Killer
from tracking import accounts

pytestmark = [
    pytest.mark.faults,
    pytest.mark.data,
    pytest.mark.slow,
]
ONE_MACHINE = ("web", "worker", "dispatcher")
MANY_MACHINES = ("web", "collector", "worker", "dispatcher", "beat")
SERVERS = ("backend", "postmaster", "redis", "flushall")
EVERYTHING = 10**6


@pytest.mark.parametrize(
    ("rows", "kills", "server_kills"),
    [
        pytest.param(replayed.SHORT, 3, 1, id="short"),
        pytest.param(EVERYTHING, 12, 4, id="whole", marks=pytest.mark.chaos),
    ],
)
def test_killing_everything_changes_nothing(
    rows, kills, server_kills, data, tmp_path, furnished, units, redis, cluster, mail_server, seed, tell
):
    path = replayed.history(data, tmp_path, rows)
    expected = replayed.undisturbed(path, furnished)
    installation = furnished(mail_server, **({} if ON_SQLITE else {"REDIS_URL": redis.url, "WEB_PROCESSES": "1"}))
    running, url = units(installation, None if ON_SQLITE else redis)
    times = dict.fromkeys(ONE_MACHINE if ON_SQLITE else MANY_MACHINES, kills)
    if not ON_SQLITE:
        times |= dict.fromkeys(SERVERS, server_kills)
    replay = replayed.prepared(path)
    killer = Killer(running, strikes(cluster, redis), times, seed)
    killer.start()
    acknowledged = replayed.send(replay, url, killer.pace(replay.total))
    tell(killer.finish(kills * 120))
    replayed.settle(installation)
    assert acknowledged == replay.total
    replayed.check(replay, mail_server, expected, kills=sum(killer.kills.values()))
    tell(f"{len(mail_server.accepted)} mails, {accounts.balance()}")


def strikes(cluster, redis):
    """How to hurt what is no process of the installation."""

    def restart(server, chance):
        server.kill()
        time.sleep(chance.uniform(0, 3))  # away for a while
        server.start()
        return True

    def flush(_chance):
        redis.flush()
        return True

    return {
        "backend": lambda chance: cluster.kill_backend(chance),
        "postmaster": lambda chance: restart(cluster, chance),
        "redis": lambda chance: restart(redis, chance),
        "flushall": flush,
    }
