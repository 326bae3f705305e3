"""Links that led on although nothing could keep that they were followed: no room, or neither database nor disk.

Their reader was answered, so they are acknowledged and belong into the sum (`accounts.balance`), as dropped. Nothing
can be written while it happens: they are counted in the process, and written as soon as its store writes again. What
a process has counted when it is killed just then is lost, and stands in its log alone.
"""

import asyncio
import logging
from collections import Counter
from datetime import datetime

from django.db import close_old_connections, transaction

from cms import clock
from tracking import pipeline
from tracking.batch import Reason

logger = logging.getLogger(__name__)


class Unkept:
    """The count of one process; used in its event loop."""

    def __init__(self) -> None:
        self._counted: Counter[datetime] = Counter()  # by the hour

    @property
    def is_waiting(self) -> bool:
        """Is there something that the database has not been told?"""
        return bool(self._counted)

    def count(self, number: int = 1) -> None:
        """So many links led on and were not kept."""
        if number:
            logger.warning("%d links were followed and could not be stored", number)
            self._counted[clock.now().replace(minute=0, second=0, microsecond=0)] += number

    async def store(self) -> None:
        """Tell the database; what it does not take is told again later."""
        told, self._counted = self._counted, Counter()
        try:
            await asyncio.to_thread(_write, told)
        except Exception:
            logger.exception("How many links could not be stored is not written yet")
            self._counted.update(told)


def _write(told: Counter[datetime]) -> None:
    close_old_connections()
    try:
        with transaction.atomic():
            pipeline.count_dropped({(Reason.NOT_KEPT, hour): number for hour, number in told.items()})
            pipeline.count_taken(told.total())
    finally:
        close_old_connections()
