"""On PostgreSQL: after a test that commits, put back the rows of the migrations, in the tables that changed only.

Django would truncate every table and read every row in again: seven seconds for each such test.
"""

from collections.abc import Iterable

from django.db import connection
from django.test import TransactionTestCase

KEPT = "lede_test_kept"  # a schema with a copy of every table, made once


def keep() -> None:
    """Copy all tables as they are now, and let tests that commit go back to that."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {KEPT}")
        for table in _tables():
            cursor.execute(f'CREATE TABLE {KEPT}."{table}" AS TABLE public."{table}"')
    TransactionTestCase._fixture_teardown = lambda _test: restore()


def restore() -> None:
    """The tables as they were kept. One statement finds what changed, one transaction mends it."""
    changed = _changed(_tables())
    if not changed:
        return
    # Foreign keys of Django are checked at the commit, so the order does not matter.
    statements = [
        f'DELETE FROM public."{table}"; INSERT INTO public."{table}" SELECT * FROM {KEPT}."{table}";'  # noqa: S608 -- names are the catalogue's
        for table in changed
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"BEGIN; {' '.join(statements)} COMMIT")


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        # Without the months of the ledger, whose rows are those of the ledger.
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def _changed(tables: Iterable[str]) -> list[str]:
    content = "(SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {}.\"{}\" AS t)"
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE {content.format('public', table)} IS DISTINCT FROM {content.format(KEPT, table)}"  # noqa: S608 -- as above
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [name for (name,) in cursor.fetchall()]
