"""An installation whose processes, database and broker may be killed."""

import contextlib
import os
import random
from pathlib import Path

import pytest

from cms import processes
from cms.models import Heartbeat
from tests import procfile
from tests.conftest import ON_SQLITE
from tests.faults import furnishing
from tests.faults.cluster import VARIABLE, Cluster
from tests.faults.killing import Unit
from tests.nurture.mail.sink import Sink
from tests.services import Broker, kept_port

TOLD = pytest.StashKey[list]()


def pytest_terminal_summary(terminalreporter, config):
    """What was killed and by which seed, whether it went well or not."""
    for line in config.stash.get(TOLD, []):
        terminalreporter.write_line(line)


@pytest.fixture
def tell(request):
    """tell("…"): a line at the end of the report."""
    lines = request.config.stash.setdefault(TOLD, [])
    return lambda text: lines.append(f"{request.node.name}: {text}")


@pytest.fixture
def seed(tell):
    """LEDE_SEED, or a new one; told, so that a run can be repeated."""
    number = int(os.environ.get("LEDE_SEED") or random.SystemRandom().randrange(2**31))
    tell(f"LEDE_SEED={number}")
    return number


@pytest.fixture(scope="session")
def cluster():
    """The cluster of `python -m tests.faults`; None on SQLite. Never another."""
    if ON_SQLITE:
        return None
    if VARIABLE not in os.environ:
        pytest.skip("kills its PostgreSQL: run it with python -m tests.faults")
    return Cluster(Path(os.environ[VARIABLE]))


@pytest.fixture
def redis(tmp_path):
    """A Redis that may be killed."""
    server = Broker(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mail_server():
    """A mail server that keeps what it accepts."""
    server = Sink()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def furnished(new_installation):
    """furnished(mail server, **env) -> an installation with pieces, rules and an agreement, not started."""

    def make(mail_server, **env):
        port = kept_port()
        address = {"PORT": str(port), "LEDE_BASE_URL": f"http://127.0.0.1:{port}"}
        mail = {"EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}?timeout=10"}
        made = new_installation(**(furnishing.ENVIRONMENT | address | mail | env))
        made.port = port
        furnishing.furnish()
        return made

    return make


@pytest.fixture
def units():
    """units(installation, redis) -> its processes as Units, up and running; and the collector's address.

    `twice` names those of which there are two.
    """
    with contextlib.ExitStack() as stack:

        def start(installation, redis=None, twice=()):
            receiver = "web" if redis is None else "collector"
            spawn, names, url = (_one_machine if redis is None else _many_machines)(installation)

            def is_up():
                return processes.answers(f"{url}/t/p.gif")

            made = [
                Unit(name, lambda name=name: spawn(name), *([is_up] if name == receiver else []))
                for name in [*names, *(set(names) & set(twice))]
            ]
            for unit in made:
                stack.callback(unit.end)
            roles = {"worker", "dispatcher"} | ({"pages", "beat", "collector"} if redis else set())
            installation.wait_until(lambda: roles <= alive() and is_up(), 180)
            return made, url

        yield start


def alive() -> set[str]:
    return {name.partition("@")[0] for name in Heartbeat.objects.values_list("name", flat=True)}


def _one_machine(installation):
    """`serve`, which has a worker, another worker, and a dispatcher."""
    commands = {"web": "serve", "worker": "worker", "dispatcher": "run_dispatcher"}

    def spawn(name):
        with (installation.var / "serve.log").open("ab") as log:
            return processes.manage(
                commands[name], env=installation.env, stdout=log, stderr=log, start_new_session=True
            )

    return spawn, list(commands), installation.url


def _many_machines(installation):
    """Every line of the Procfile."""
    ports = {"collector": kept_port(), "web": installation.port}

    def spawn(name):
        return procfile.start(installation, name, ports.get(name, installation.port), start_new_session=True)

    return spawn, list(procfile.LINES), f"http://127.0.0.1:{ports['collector']}"
