"""Waking: where a broker is configured, a loop is asked to run now instead of at its next turn.

Only a hint. It may be lost, doubled or late: the loops run by the clock all the same, and claims make doubles harmless.
"""

import logging
import time

import redis
from django.conf import settings
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

QUEUE = "celery"  # its own name for the one queue
SECONDS = 5
logger = logging.getLogger(__name__)


def waiting_messages() -> int:
    """How many wait on the broker for a worker. Raises redis.RedisError when it does not answer."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
    with client:
        return client.llen(QUEUE)


class Watch:
    """Is the broker away? Asked at most every few seconds, since an answer may take as long. False without one."""

    def __init__(self) -> None:
        self._asked_at, self._away = float("-inf"), False

    def is_away(self) -> bool:
        """What was found at the last look."""
        if settings.REDIS_URL and time.monotonic() - self._asked_at > SECONDS:
            self._away = not _answers()
            self._asked_at = time.monotonic()
        return self._away


def _answers() -> bool:
    try:
        waiting_messages()
    except redis.RedisError as error:
        logger.warning("The broker does not answer: %s", error)
        return False
    return True


def wake(loop: str) -> None:
    """Ask for the loop of this name (`cms.worker.Loop.name`) to run soon. One try, never an error for the caller."""
    if not settings.REDIS_URL:
        return
    # By name: importing the Celery app sets Django up, which must not begin while Django is being set up.
    ask = import_string("cms.celery.ask")
    try:
        ask(loop)
    except (OperationalError, OSError) as error:
        logger.info("The broker does not answer (%s); loops run by the clock", error)
