"""What the checks say, and that each can say no."""

import json
from datetime import timedelta

import pytest
import redis
from django.db import connection

from cms import clock, health, waking, worker
from cms.models import Heartbeat


def test_worker_that_never_ran_is_told_with_a_hint(db):
    finding = health.ask_worker()
    assert (finding.ok, finding.message) == (False, "No worker has ever run.")
    assert "manage.py serve" in finding.hint


def test_worker_silent_for_over_a_minute_is_not_alive(db):
    Heartbeat.objects.create(name="worker@there:1", seen_at=clock.now() - timedelta(seconds=75))
    assert health.ask_worker().message == "The last sign of a worker is 75 s old."
    assert not worker.is_alive()


def test_worker_that_beats_is_alive(db):
    worker.beat()
    assert health.ask_worker().ok
    assert worker.is_alive()


def test_heartbeats_of_the_long_dead_are_cleared(db):
    Heartbeat.objects.create(name="worker@there:1", seen_at=clock.now() - timedelta(days=2))
    worker.beat()
    assert Heartbeat.objects.get().name == f"worker@{worker.identity()}"


def test_processes_are_counted_by_kind_and_one_that_fell_silent_is_named(db):
    now = clock.now()
    seen = {"worker@a:1": 1, "worker@a:2": 70, "pages@a:3": 5, "dispatcher@a:4": 75}
    for name, age in seen.items():
        Heartbeat.objects.create(name=name, seen_at=now - timedelta(seconds=age))
    finding = health.ask_processes()
    assert not finding.ok
    assert finding.message == "No sign of life for a minute: dispatcher. Alive: 1 pages, 1 worker."
    Heartbeat.objects.filter(name="dispatcher@a:4").delete()
    assert health.ask_processes().message == "Alive: 1 pages, 1 worker."


def test_a_broker_without_a_clock_is_told(db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    finding = health.ask_processes()
    assert (finding.ok, finding.message) == (False, "No sign of life for a minute: beat. Alive: none.")


def test_messages_that_nobody_takes_are_told(db, settings, broker, monkeypatch):
    settings.REDIS_URL = broker
    assert health.ask_broker().ok
    monkeypatch.setattr(health, "MANY_MESSAGES", 1)
    with redis.Redis.from_url(broker) as client:
        client.rpush(waking.QUEUE, "one", "two")
    finding = health.ask_broker()
    assert (finding.ok, finding.message) == (False, "The broker answers; 2 messages wait.")


def test_database_check_leaves_no_row(db):
    assert health.ask_database().message == f"The {connection.vendor} database can be written."
    assert Heartbeat.objects.count() == 0


def test_full_disk_is_told(db, monkeypatch):
    monkeypatch.setattr(health, "ENOUGH_BYTES", 10**18)
    assert not health.ask_disk().ok


def test_broker_that_does_not_answer_is_told(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    finding = health.ask_broker()
    assert not finding.ok
    assert finding.message.startswith("The broker does not answer: ")


def test_front_end_files_that_are_missing_are_told(settings, tmp_path):
    settings.STATICFILES_DIRS = [("fonts", tmp_path / "nowhere")]
    finding = health.ask_static_files()
    assert (finding.ok, finding.message) == (False, f"Front-end files are missing: {tmp_path / 'nowhere'}")


def test_check_that_breaks_is_a_finding_and_the_others_are_still_asked(monkeypatch):
    def broken():
        raise RuntimeError("no such thing")

    two = [health.Check("broken", broken), health.Check("fine", lambda: health.Finding(True, "yes"))]
    monkeypatch.setattr(health, "checks", lambda: two)
    told = [(check.name, finding.ok, finding.message) for check, finding in health.findings()]
    assert told == [("broken", False, "RuntimeError: no such thing"), ("fine", True, "yes")]


def test_doctor_without_worker_fails_and_its_json_is_all_it_prints(installation):
    ran = installation.manage("doctor", "--json", check=False)
    told = json.loads(ran.stdout)
    assert ran.returncode == 1
    assert not told["ok"]
    assert [row["name"] for row in told["checks"] if not row["ok"]] == ["worker"]


def test_doctor_beside_a_running_installation_is_content(installation):
    installation.start()
    installation.wait_until(worker.is_alive)
    ran = installation.manage("doctor")
    assert ran.stdout.splitlines()[-1] == "All well."


@pytest.mark.slow
def test_doctor_starts_what_does_not_run_sends_a_reader_through_the_loop_and_ends_it(installation):
    ran = installation.manage("doctor", "--loop", "--json", check=False)
    told = json.loads(ran.stdout)
    assert [row for row in [*told["checks"], *told["loop"]] if not row["ok"]] == []
    assert ran.returncode == 0
    assert len(told["loop"]) >= 6
    assert not worker.is_alive()
    # It leaves nothing behind, so a second one finds all well, too: the ledger's sum, for one.
    assert installation.manage("doctor", "--loop").stdout.splitlines()[-1] == "All well."


@pytest.mark.slow
def test_doctor_uses_the_server_that_runs(installation):
    installation.start()
    installation.wait_until(worker.is_alive)
    ran = installation.manage("doctor", "--loop")
    assert ran.stdout.splitlines()[0] == f"Server and worker run at {installation.url}"
