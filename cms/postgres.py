"""Connections to PostgreSQL: Django's as we want them, and others, for COPY from a thread of its own and for LISTEN."""

from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

DJANGOS = ("context", "cursor_factory", "prepare_threshold")  # what only Django's own connections want


def connect(**more: Any) -> psycopg.Connection[Any]:
    """A new connection in autocommit mode to the main database, as DATABASE_URL says it (sslmode and all)."""
    params = connections[DEFAULT_DB_ALIAS].get_connection_params()
    wanted = {name: value for name, value in params.items() if name not in DJANGOS}
    return psycopg.connect(**wanted | more, autocommit=True)


def compile_nothing(connection, **_) -> None:
    """To a new connection of Django's: run statements as they are.

    From some ten thousand pieces on PostgreSQL takes those of a page for long ones, and spends 20 ms on compiling what
    then takes ten. Said by a statement, since not every pooler lets it through at the start of a connection.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
