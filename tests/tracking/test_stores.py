"""The connection by which drafts are committed: kept while it is good, and opened anew when it is not."""

import asyncio
from uuid import uuid4

import pytest
from django.db import connection

from tracking import rows, stores
from tracking.models import Draft

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(databases="__all__", transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="about PostgreSQL's connection"),
]
NOW = "2026-03-04T05:06:07+00:00"


def row():
    return rows.Row(uuid4().hex, "page_viewed", "script", NOW, NOW, "{}", "{}")


async def used(store):
    """The process of PostgreSQL that took one row, after the loop had time for what it heard late."""
    await store.write([row()])
    pid = store._connection.info.backend_pid
    await asyncio.sleep(0.05)
    return pid


def test_rows_that_come_one_by_one_go_over_one_connection():
    async def several():
        store = stores.make()
        pids = [await used(store) for _ in range(5)]
        await store.close()
        return pids

    assert len(set(asyncio.run(several()))) == 1
    assert Draft.objects.count() == 5


def test_connection_that_was_ended_while_idle_is_opened_anew():
    def end(pid):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    async def several():
        store = stores.make()
        first = await used(store)
        await asyncio.to_thread(end, first)
        await asyncio.sleep(0.5)  # it hears of that by itself
        second = await used(store)
        await store.close()
        return first, second

    first, second = asyncio.run(several())
    assert first != second
    assert Draft.objects.count() == 2
