"""The Celery app: one task without arguments for each loop, woken by beat and by signals. Only this file knows Celery.

Nothing is stored in the broker: a lost, doubled or late message costs seconds, never work (docs/architecture.md).
Start with `celery -A cms worker` and `celery -A cms beat`.
"""

import os
import time

import django
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")
django.setup()

from django.conf import settings  # noqa: E402 -- settings and loops need the set-up above

from cms import worker  # noqa: E402 -- as above

LIMIT_SECONDS = 120
BATCH_SECONDS = 40
BEAT_SECONDS = 5

app = Celery("lede")
app.conf.update(
    broker_url=settings.REDIS_URL or "memory://",
    accept_content=["json"],
    task_ignore_result=True,
    task_time_limit=LIMIT_SECONDS,
    # A worker that dies gives its message back at once; attempts are counted in the database, not here.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=500,
    worker_soft_shutdown_timeout=30,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 10,
        "health_check_interval": 25,
    },
)


def task_name(loop: str) -> str:
    """The Celery name of a loop: loop.react_to_events."""
    return "loop." + loop.replace(" ", "_")


def _task(loop: worker.Loop):
    def run() -> None:
        stop_at = time.monotonic() + BATCH_SECONDS
        worker.beat()
        while loop.run() and time.monotonic() < stop_at:
            pass

    return app.task(run, name=task_name(loop.name))


def ask(loop: str) -> None:
    """Put a message for this loop on the broker: one try of 200 ms. Raises kombu's OperationalError if it is away."""
    with app.connection_for_write() as connection:
        connection.transport_options |= {"socket_connect_timeout": 0.2, "socket_timeout": 0.2, "max_retries": 0}
        app.send_task(task_name(loop), connection=connection, retry=False, expires=30, ignore_result=True)


for _loop in worker.loops():
    _task(_loop)

app.conf.beat_schedule = {
    loop.name: {
        "task": task_name(loop.name),
        "schedule": max(loop.every, BEAT_SECONDS),
        # One that waited longer than its turn is stale: the next is on its way.
        "options": {"expires": max(loop.every, BEAT_SECONDS)},
    }
    for loop in worker.loops()
}
