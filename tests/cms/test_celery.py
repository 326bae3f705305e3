"""Celery only wakes: every loop has its task, and a broker that is away costs nothing but time."""

import os
import subprocess
import sys

from cms import processes, waking, worker
from cms.celery import app, task_name


def test_every_loop_has_a_task_without_arguments_and_a_turn():
    names = {task_name(loop.name) for loop in worker.loops()}
    assert names <= set(app.tasks)
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} == names
    assert not any(entry.get("args") or entry.get("kwargs") for entry in app.conf.beat_schedule.values())


def test_waking_without_a_broker_is_silent(settings):
    settings.REDIS_URL = ""
    assert waking.wake("react to events") is None


def test_a_wake_reaches_the_broker_as_a_message_without_data(broker):
    code = (
        "import django; django.setup()\n"
        "from cms.waking import wake; wake('react to events')\n"
        "import redis, os; print(redis.Redis.from_url(os.environ['REDIS_URL']).llen('celery'))"
    )
    ran = _python(code, broker)
    assert ran.stdout.split()[-1] == "1", ran.stderr


def test_a_broker_that_is_away_delays_the_caller_less_than_a_second():
    dead = f"redis://127.0.0.1:{processes.free_port()}/0"
    code = (
        "import django; django.setup()\n"
        "from cms.waking import wake; import cms.celery, time; t = time.monotonic(); wake('react to events')\n"
        "print(time.monotonic() - t)"
    )
    assert float(_python(code, dead).stdout.split()[-1]) < 1


def _python(code, broker):
    env = os.environ | {"REDIS_URL": broker, "DJANGO_SETTINGS_MODULE": "cms.settings.test", "LOG_LEVEL": "ERROR"}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=processes.ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
