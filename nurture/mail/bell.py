"""The bell between those who queue mail and the dispatcher: PostgreSQL NOTIFY. Missed ones are found by polling."""

import logging
import time
from typing import Any

import psycopg
from django.db import DatabaseError, connection, transaction

from cms import postgres

logger = logging.getLogger(__name__)
CHANNEL = "lede_mail"
CONNECT_SECONDS = 5


def ring_at_commit() -> None:
    """Once the caller's transaction has committed, say that mail is due. On SQLite nobody listens."""
    if connection.vendor == "postgresql":
        transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
    except DatabaseError as error:
        logger.info("The dispatcher was not told of new mail (%s); it will look by itself", error)


class Listener:
    """Waits for the bell with a connection of its own, made again when it is lost."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None

    def wait(self, seconds: float) -> bool:
        """Until it rings, at most so long. True when it rang. Without PostgreSQL it only waits."""
        if connection.vendor != "postgresql":
            time.sleep(seconds)
            return False
        try:
            return any(True for _ in self._listening().notifies(timeout=seconds, stop_after=1))
        except psycopg.Error as error:
            logger.warning("Not listening for new mail (%s); looking every %s s", error, seconds)
            self.close()
            time.sleep(seconds)
            return False

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _listening(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            self._connection = postgres.connect(connect_timeout=CONNECT_SECONDS)
            self._connection.execute(f"LISTEN {CHANNEL}")
        return self._connection
