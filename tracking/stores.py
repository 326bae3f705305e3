"""Where the writer commits drafts: a connection of its own, outside Django's, to the inbox.

A store belongs to one event loop and never stops it: PostgreSQL's answer is waited for like any other event of the
loop, SQLite works in a thread.
"""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any, Protocol
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.db import connections
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from cms import postgres
from tracking import inbox, rows
from tracking.rows import Row

AT_ONCE = 100  # rows a statement: sqlite3 remembers as many statements
FLUSH_SECONDS = 0.001
BUSY_SECONDS = 2  # then the batch goes to the spool: nobody waits longer for an answer


class Store(Protocol):
    """Commits a batch durably, or raises and holds nothing."""

    async def write(self, batch: list[Row]) -> None: ...

    async def close(self) -> None: ...


def make() -> Store:
    """The store of this installation's inbox; it connects at the first write and again after an error."""
    return SqliteStore() if connections[inbox.alias()].vendor == "sqlite" else PostgresStore()


class SqliteStore:
    """The inbox file. `synchronous` and journal mode are those of the settings: FULL and WAL."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "draft-writer")
        self._connection: sqlite3.Connection | None = None
        self._insert = f"INSERT INTO {rows.TABLE} ({', '.join(rows.COLUMNS)}) VALUES "  # noqa: S608 -- our own names
        self._marks = f"({', '.join('?' for _ in rows.COLUMNS)})"

    async def write(self, batch: list[Row]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._write, batch)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _write(self, batch: list[Row]) -> None:
        try:
            connection = self._connected()
            # A few rows are one statement, which is a transaction by itself: at each more, as after each row of
            # executemany, this thread would wait for the requests' to let go of the interpreter.
            if len(batch) <= AT_ONCE:
                self._put(connection, batch)
                return
            connection.execute("BEGIN IMMEDIATE")
            for at in range(0, len(batch), AT_ONCE):
                self._put(connection, batch[at : at + AT_ONCE])
            connection.execute("COMMIT")
        except BaseException:
            self._close()  # rolls back
            raise

    def _put(self, connection: sqlite3.Connection, some: list[Row]) -> None:
        statement = self._insert + ", ".join([self._marks] * len(some))
        connection.execute(statement, list(chain.from_iterable(map(rows.sqlite, some))))

    def _close(self) -> None:
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
    """The inbox table of the main database, by COPY, in the loop itself: no thread takes the interpreter from it.

    By libpq's own calls: psycopg's `copy` does the same in Python, which costs several times as much a batch.
    """

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None
        self._socket = -1  # kept beside it: a lost connection no longer knows its own
        self._copy = f"COPY {rows.TABLE} ({', '.join(rows.COLUMNS)}) FROM STDIN".encode()
        self._said: asyncio.Future[None] | None = None  # done when there is something to read; None: nothing is asked

    async def write(self, batch: list[Row]) -> None:
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                pgconn = (await self._connected()).pgconn
                self._said = asyncio.get_running_loop().create_future()
                # Outside a transaction a COPY is one by itself: BEGIN and COMMIT would be two more trips.
                pgconn.send_query(self._copy)
                _expect(await self._result(pgconn), ExecStatus.COPY_IN)
                pgconn.put_copy_data(rows.copied(batch))
                pgconn.put_copy_end()
                _expect(await self._result(pgconn), ExecStatus.COMMAND_OK)
                while await self._result(pgconn):
                    pass
        except BaseException:
            self._close()
            raise
        finally:
            self._said = None

    async def close(self) -> None:
        self._close()

    def _close(self) -> None:
        if self._connection is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._connection.close()
            self._connection = None

    async def _result(self, pgconn: Any) -> PGresult | None:
        """The next result; None at the end of a command."""
        while pgconn.flush():  # a batch larger than what the socket takes at once
            await asyncio.sleep(FLUSH_SECONDS)
        while pgconn.is_busy():
            self._said = asyncio.get_running_loop().create_future()
            await self._said
        return pgconn.get_result()

    async def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None:
            connection = await asyncio.to_thread(postgres.connect, connect_timeout=BUSY_SECONDS)
            connection.pgconn.nonblocking = 1
            self._connection, self._socket = connection, connection.pgconn.socket
            asyncio.get_running_loop().add_reader(self._socket, self._hear)
        return self._connection

    def _hear(self) -> None:
        """Read what came, here and now: bytes left for later would call again, when perhaps nobody asks any more."""
        is_awaited = self._said is not None and not self._said.done()
        try:
            self._connection.pgconn.consume_input()
        except psycopg.Error as error:  # it hung up
            self._close()
            if is_awaited:
                self._said.set_exception(error)
        else:
            if is_awaited:
                self._said.set_result(None)


def _expect(result: PGresult | None, status: ExecStatus) -> None:
    if result is None or result.status != status:
        raise psycopg.OperationalError(result.error_message.decode(errors="replace") if result else "no answer")
