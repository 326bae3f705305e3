"""Waking: where a broker is configured, a loop is asked to run now instead of at its next turn.

Only a hint. It may be lost, doubled or late: the loops run by the clock all the same, and claims make doubles harmless.
"""

import logging

from django.conf import settings
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


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
