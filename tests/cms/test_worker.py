"""Server and worker as processes: they start, work, stop and never outlive each other."""

import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import httpx
import pytest

from cms import processes, worker
from cms.models import Heartbeat
from tests.installation import ROOT


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def children(pid):
    listed = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True)
    return [int(line) for line in listed.stdout.split()]


def test_serve_answers_and_its_worker_beats(installation):
    installation.start()
    assert httpx.get(f"{installation.url}/admin/login/").status_code == 200
    installation.wait_until(lambda: Heartbeat.objects.exists())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_serve_stops_with_all_its_processes_on_signal(installation, number):
    installation.start()
    installation.wait_until(lambda: Heartbeat.objects.exists())
    serve = installation.processes[0]
    web_and_worker = children(serve.pid)
    assert len(web_and_worker) == 2
    serve.send_signal(number)
    assert serve.wait(45) == 0  # as long as docs/operations.md asks a supervisor to wait
    assert [pid for pid in web_and_worker if alive(pid)] == []
    assert Heartbeat.objects.count() == 0  # the worker signed off: it was not killed


def test_killed_serve_takes_its_processes_along(installation):
    installation.start()
    serve = installation.processes[0]
    web_and_worker = children(serve.pid)
    serve.kill()
    serve.wait()
    installation.wait_until(lambda: not any(alive(pid) for pid in web_and_worker))
    assert not processes.is_taken("127.0.0.1", installation.port)


def test_dead_worker_is_started_again(installation):
    installation.start()
    installation.wait_until(lambda: Heartbeat.objects.exists())
    first = Heartbeat.objects.get()
    os.kill(int(first.name.rpartition(":")[2]), signal.SIGKILL)
    installation.wait_until(lambda: Heartbeat.objects.exclude(pk=first.pk).exists())


def test_taken_port_is_said_in_one_sentence(installation):
    installation.start(worker=False)
    second = installation.manage("serve", PORT=str(installation.port), check=False)
    assert second.returncode == 1
    assert second.stderr.strip() == (
        f"CommandError: Port {installation.port} of 127.0.0.1 is taken by another program. "
        f"Stop it, or choose another: PORT={installation.port + 1}"
    )


def test_serve_refuses_a_database_without_tables(tmp_path):
    env = os.environ | {"LEDE_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "cms.settings.dev"}
    env.pop("DATABASE_URL", None)
    env["PORT"] = str(processes.free_port())
    ran = subprocess.run([sys.executable, "manage.py", "serve"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr.strip().endswith("migrations. Run: manage.py migrate")


def test_loop_that_fails_does_not_stop_the_others(installation, monkeypatch):
    ran = []

    def fails():
        raise RuntimeError("broken")

    two = [worker.Loop("fails", fails), worker.Loop("runs", lambda: ran.append(1) or 0)]
    monkeypatch.setattr(worker, "loops", lambda: two)
    worker.run_until(lambda: len(ran) > 0)
    assert ran == [1]


def test_drain_runs_until_nothing_is_due(monkeypatch):
    left = [3]

    def run():
        left[0] = max(left[0] - 1, 0)
        return left[0]

    monkeypatch.setattr(worker, "loops", lambda: [worker.Loop("a", run)])
    assert worker.drain() == 3


def test_a_loop_goes_on_for_a_turn_and_then_lets_the_others_run(monkeypatch):
    ran, at = [], [0.0]
    monkeypatch.setattr(worker, "time", SimpleNamespace(monotonic=lambda: at[0]))

    def small():
        ran.append("small")
        at[0] += worker.TURN_SECONDS / 4
        return 10

    two = [worker.Loop("small", small), worker.Loop("other", lambda: ran.append("other") or 0)]
    due = {}
    assert [worker._run_if_due(loop, due) for loop in two] == [40, 0]
    assert ran == ["small"] * 4 + ["other"]
    assert worker._run_if_due(two[0], due) == 0  # it rests as long as it worked
    at[0] += worker.TURN_SECONDS
    assert worker._run_if_due(two[0], due) == 40
