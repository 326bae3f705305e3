"""Where the writer commits drafts: a connection of its own, outside Django's, to the inbox."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connections

from cms import postgres
from tracking import inbox, rows
from tracking.models import Draft

BUSY_SECONDS = 2  # then the batch goes to the spool: nobody waits longer for an answer


class Store(Protocol):
    """Commits a batch durably, or raises and holds nothing."""

    def write(self, drafts: Sequence[Draft]) -> None: ...

    def close(self) -> None: ...


def make() -> Store:
    """The store of this installation's inbox; it connects at the first write and again after an error."""
    return SqliteStore() if connections[inbox.alias()].vendor == "sqlite" else PostgresStore()


class SqliteStore:
    """The inbox file. `synchronous` and journal mode are those of the settings: FULL and WAL."""

    def __init__(self) -> None:
        self._connection: sqlite3.Connection | None = None
        marks = ", ".join("?" for _ in rows.COLUMNS)
        self._insert = f"INSERT INTO {rows.TABLE} ({', '.join(rows.COLUMNS)}) VALUES ({marks})"  # noqa: S608 -- our own names

    def write(self, drafts: Sequence[Draft]) -> None:
        try:
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(self._insert, map(rows.sqlite, drafts))
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

    def write(self, drafts: Sequence[Draft]) -> None:
        try:
            connection = self._connected()
            with connection.transaction(), connection.cursor().copy(self._copy) as copy:
                for draft in drafts:
                    copy.write_row(rows.plain(draft))
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
