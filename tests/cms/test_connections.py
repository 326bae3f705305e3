"""Pages beside the collector, in one process: each request gives its connection back."""

import httpx
import pytest
from django.db import connection

pytestmark = [pytest.mark.db, pytest.mark.slow]
OURS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite counts no connections")
def test_no_page_keeps_a_connection(installation):
    def count():
        with connection.cursor() as cursor:
            cursor.execute(OURS)
            return cursor.fetchone()[0]

    installation.start()
    with httpx.Client(base_url=installation.url) as client:
        assert client.get("/search/?q=x").status_code == 200
        before = count()
        for _ in range(30):
            assert client.get("/search/?q=x").status_code == 200
    assert count() <= before + 3
