"""The installation of many machines: PostgreSQL, Redis, and each process by itself, as docs/deploy.md starts them.

Runs with the tests on PostgreSQL (`python -m tests.postgres`).
"""

import json
import re
from collections import Counter

import httpx
import pytest
import redis

from cms import processes, schema
from cms.models import Heartbeat
from tests import procfile
from tests.conftest import ON_SQLITE

pytestmark = [
    pytest.mark.db,
    pytest.mark.skipif(ON_SQLITE, reason="many machines share a PostgreSQL; see tests/postgres.py"),
]
ROLES = {"beat", "collector", "dispatcher", "pages", "worker"}


@pytest.fixture
def started(new_installation, broker):
    """Every line of the Procfile as a process, on free ports; all of them alive."""
    ports = {"web": processes.free_port(), "collector": processes.free_port()}
    made = new_installation(REDIS_URL=broker, LEDE_BASE_URL=f"http://127.0.0.1:{ports['web']}")
    made.ports = ports
    made.started = {name: procfile.start(made, name, ports.get(name, ports["web"])) for name in procfile.LINES}
    made.wait_until(lambda: set(alive()) == ROLES, 90)
    return made


def alive():
    return Counter(name.partition("@")[0] for name in Heartbeat.objects.values_list("name", flat=True))


def test_every_migration_goes_forward_from_an_empty_database(db):
    assert schema.gap() == schema.Gap((), ())


@pytest.mark.slow
def test_without_its_broker_it_is_slower_and_nothing_else(started):
    with redis.Redis.from_url(started.env["REDIS_URL"]) as client:
        client.shutdown(nosave=True)
    collector = f"http://127.0.0.1:{started.ports['collector']}"
    told = json.loads(started.manage("doctor", "--loop", "--json", "--url", collector, check=False).stdout)
    assert [row["name"] for row in told["checks"] if not row["ok"]] == ["broker"]
    assert [row for row in told["loop"] if not row["ok"]] == [], started.log[-4000:]


@pytest.mark.slow
def test_a_reader_goes_through_the_loop_and_every_process_signs_off(started):
    assert httpx.get(f"http://127.0.0.1:{started.ports['web']}/admin/login/").status_code == 200
    collector = f"http://127.0.0.1:{started.ports['collector']}"
    ran = started.manage("doctor", "--loop", "--json", "--url", collector, check=False)
    told = json.loads(ran.stdout)
    assert [row for row in [*told["checks"], *told["loop"]] if not row["ok"]] == [], started.log[-4000:]
    assert ran.returncode == 0
    assert re.search(r"Alive: .*1 beat, 1 collector, 1 dispatcher, \d+ pages, \d+ worker", json.dumps(told["checks"]))
    for name in ("dispatcher", "beat", "web", "collector"):
        processes.end(started.started[name], 30)
    assert set(alive()) == {"worker"}
    finding = started.manage("doctor", check=False)
    assert "No sign of life for a minute: beat" in finding.stdout
