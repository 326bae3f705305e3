"""Connections to PostgreSQL as we want them."""

import pytest
from django.db import connection

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite compiles nothing")
def test_statements_of_pages_are_not_compiled(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
