"""The tests once more, on PostgreSQL: `python -m tests.postgres [pytest's arguments]`.

The server is LEDE_TEST_POSTGRES, or the one of this machine. The databases are named after this checkout, so that two
checkouts do not meet, and are dropped afterwards.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
# The first: a role named like the system's user, known by the socket (`.ci/services` makes it). The second: trust.
USUAL = ("postgres:///postgres", "postgres://postgres@127.0.0.1:5432/postgres")
MINE = "lede_" + hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]


def address() -> str | None:
    """The first address whose server lets us make databases, or None."""
    told = os.environ.get("LEDE_TEST_POSTGRES")
    return next((url for url in ([told] if told else USUAL) if _serves(url)), None)


def url(name: str) -> str:
    """The address of the database `name` on that server."""
    return urlunsplit(urlsplit(_server())._replace(path=f"/{name}"))


def copy(template: str, name: str) -> None:
    """Make the database `name` from another that nobody is connected to, in place of an older one."""
    drop(name)
    _run("CREATE DATABASE {} TEMPLATE {}", name, template)


def drop(name: str) -> None:
    """Drop a database if it is there, whoever is connected to it."""
    _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@contextlib.contextmanager
def copied(template: str, name: str) -> Iterator[str]:
    """Inside, a copy of `template`; gives its address."""
    copy(template, name)
    try:
        yield url(name)
    finally:
        drop(name)


def main(args: list[str]) -> int:
    """Run pytest with these arguments; its exit status. Without a server: 0 and the reason, or 1 where it is asked."""
    if address() is None:
        where = os.environ.get("LEDE_TEST_POSTGRES") or "this machine"
        sys.stderr.write(
            f"No PostgreSQL on {where} lets us make databases: its tests are left out. See CONTRIBUTING.md\n"
        )
        return 1 if os.environ.get("LEDE_REQUIRE_SERVICES") else 0
    command = [sys.executable, "-m", "pytest", "-q", "--create-db", *args]
    try:
        return subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url(MINE)}, check=False).returncode
    finally:
        for name in _left_over():
            drop(name)


def _server() -> str:
    server = address()
    if server is None:
        raise RuntimeError("No PostgreSQL answers")
    return server


def _serves(server: str) -> bool:
    try:
        with psycopg.connect(server, connect_timeout=3, autocommit=True) as connection:
            may = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            return may.fetchone() == (True,)
    except psycopg.Error:
        return False


def _run(statement: str, *names: str) -> None:
    with psycopg.connect(_server(), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _left_over() -> list[str]:
    """A run that was killed leaves its databases behind."""
    with psycopg.connect(_server(), autocommit=True) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"test_{MINE}"])
        return [name for (name,) in rows]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
