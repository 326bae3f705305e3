"""The installation of many machines: PostgreSQL, Redis, and each process by itself, as docs/deploy.md starts them.

Runs with the tests on PostgreSQL (`python -m tests.postgres`).
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest
import redis

from cms import health, processes
from cms.models import Heartbeat
from tests.conftest import ON_SQLITE
from tests.installation import ROOT

pytestmark = [
    pytest.mark.db,
    pytest.mark.skipif(ON_SQLITE, reason="many machines share a PostgreSQL; see tests/postgres.py"),
]
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if line[:1].isalpha())
ROLES = {"beat", "collector", "dispatcher", "pages", "worker"}


@pytest.fixture
def started(new_installation, broker):
    """Every line of the Procfile as a process, on free ports; all of them alive."""
    ports = {"web": processes.free_port(), "collector": processes.free_port()}
    made = new_installation(REDIS_URL=broker, LEDE_BASE_URL=f"http://127.0.0.1:{ports['web']}")
    made.ports = ports
    made.started = {name: start(made, name) for name in PROCFILE}
    made.wait_until(lambda: set(alive()) == ROLES, 90)
    return made


def start(installation, name):
    port = installation.ports.get(name, installation.ports["web"])
    env = installation.env | {"PORT": str(port), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with (installation.var / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            ["sh", "-c", f"exec env {PROCFILE[name]}"], cwd=ROOT, env=env, stdout=log, stderr=log
        )
    installation.processes.append(process)
    return process


def alive():
    return Counter(name.partition("@")[0] for name in Heartbeat.objects.values_list("name", flat=True))


def test_every_migration_goes_forward_from_an_empty_database(db):
    assert health.missing_migrations() == 0


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
