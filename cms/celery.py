"""The Celery app: one task without arguments for each loop, woken by beat and by signals. Only this file knows Celery.

Nothing is stored in the broker: a lost, doubled or late message costs seconds, never work (docs/architecture.md).
Start with `celery -A cms worker` and `celery -A cms beat`.
"""

import logging
import os
import time

import django
import redis
from celery import Celery, beat, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")
django.setup()

from django.conf import settings  # noqa: E402 -- settings and loops need the set-up above
from django.db import DatabaseError, close_old_connections  # noqa: E402 -- as above
from kombu.exceptions import OperationalError  # noqa: E402 -- as above

from cms import startup, waking, worker  # noqa: E402 -- as above

LIMIT_SECONDS = 120
BATCH_SECONDS = 40
BEAT_SECONDS = 5
CONNECTION_USES = 1000
STALE_MESSAGES = 1000
logger = logging.getLogger(__name__)

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
    broker_connection_max_retries=None,
    beat_scheduler="cms.celery:Scheduler",
    beat_max_loop_interval=BEAT_SECONDS,
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
        close_old_connections()  # one that the server has closed is made anew; the others are used again
        worker.beat()
        while loop.run() and time.monotonic() < stop_at:
            pass

    return app.task(run, name=task_name(loop.name))


def ask(loop: str) -> None:
    """Put a message for this loop on the broker: one try of 200 ms. Raises kombu's OperationalError if it is away."""
    with app.connection_for_write() as connection:
        connection.transport_options |= {"socket_connect_timeout": 0.2, "socket_timeout": 0.2, "max_retries": 0}
        app.send_task(task_name(loop), connection=connection, retry=False, expires=30, ignore_result=True)


class Scheduler(beat.Scheduler):
    """Celery's clock, which keeps no file, says that it lives, and clears messages that nobody takes.

    Everything is due again within seconds after a start, and what is not taken in its time is stale anyway.
    """

    _told_at = -BEAT_SECONDS

    def tick(self, *args, **kwargs):
        """One look at what is due; seconds until the next."""
        if time.monotonic() - self._told_at >= BEAT_SECONDS:
            self._told_at = time.monotonic()
            self._tell()
        return super().tick(*args, **kwargs)

    def close(self):
        """At the end, by itself."""
        super().close()
        worker.sign_off("beat")

    def _tell(self) -> None:
        close_old_connections()
        try:
            worker.beat("beat")
            if waking.waiting_messages() > STALE_MESSAGES:
                logger.warning("No worker takes messages: %d stale ones are thrown away", app.control.purge())
        except (DatabaseError, OperationalError, redis.RedisError) as error:
            logger.warning("No sign of life could be written, or the broker does not answer: %s", error)


@signals.celeryd_init.connect
@signals.beat_init.connect
def _require(**_kwargs) -> None:
    startup.require()


@signals.worker_process_init.connect
def _spare(**_kwargs) -> None:
    worker.spare_garbage_rounds()


@signals.worker_process_shutdown.connect
def _sign_off(**_kwargs) -> None:
    worker.sign_off()


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
