"""Where the writer commits drafts: a connection of its own, outside Django's, to the inbox."""

import sqlite3
from itertools import chain
from typing import Any, Protocol
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connections

from cms import postgres
from tracking import inbox, rows
from tracking.rows import Row

AT_ONCE = 100  # rows a statement: sqlite3 remembers as many statements
BUSY_SECONDS = 2  # then the batch goes to the spool: nobody waits longer for an answer


class Store(Protocol):
    """Commits a batch durably, or raises and holds nothing."""

    def write(self, batch: list[Row]) -> None: ...

    def close(self) -> None: ...


def make() -> Store:
    """The store of this installation's inbox; it connects at the first write and again after an error."""
    return SqliteStore() if connections[inbox.alias()].vendor == "sqlite" else PostgresStore()


class SqliteStore:
    """The inbox file. `synchronous` and journal mode are those of the settings: FULL and WAL."""

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None
        self._insert = f"INSERT INTO {rows.TABLE} ({', '.join(rows.COLUMNS)}) VALUES "  # noqa: S608 -- our own names
        self._marks = f"({', '.join('?' for _ in rows.COLUMNS)})"

    def write(self, batch: list[Row]) -> None:
        try:
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            for at in range(0, len(batch), AT_ONCE):
                some = batch[at : at + AT_ONCE]
                # Not executemany: after each row it would wait for the requests' thread to let go of the interpreter.
                statement = self._insert + ", ".join([self._marks] * len(some))
                connection.execute(statement, list(chain.from_iterable(map(rows.sqlite, some))))
            connection.execute("COMMIT")
        except BaseException:
            self.close()  # rolls back
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            database = settings.DATABASES[inbox.alias()]
            # mode=rw: a file that is missing is "away", not a new empty inbox beside the marks of the old one.
            self._connection = sqlite3.connect(
                f"file:{quote(str(database['NAME']))}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None
            )
            self._connection.executescript(database["OPTIONS"].get("init_command", ""))
        return self._connection


class PostgresStore:
    """The inbox table of the main database, by COPY."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None
        self._copy = f"COPY {rows.TABLE} ({', '.join(rows.COLUMNS)}) FROM STDIN"

    def write(self, batch: list[Row]) -> None:
        try:
            connection = self._connected()
            # In autocommit a COPY is a transaction by itself: BEGIN and COMMIT would be two more trips.
            with connection.cursor().copy(self._copy) as copy:
                copy.write(rows.copied(batch))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            self._connection = postgres.connect(connect_timeout=BUSY_SECONDS)
        return self._connection
