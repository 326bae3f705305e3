"""New mail rings at the commit, and only then; without PostgreSQL the listener only waits."""

import time

import pytest
from django.db import connection, transaction

from nurture.mail import bell, queue
from tests.conftest import ON_SQLITE

pytestmark = pytest.mark.db
committed = pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True)
only_on_postgres = pytest.mark.skipif(ON_SQLITE, reason="SQLite has no NOTIFY")


@pytest.fixture
def listener():
    made = bell.Listener()
    yield made
    made.close()


@only_on_postgres
@committed
def test_mail_rings_when_it_is_committed_and_not_before(listener, template, contact):
    assert listener.wait(0.1) is False
    with transaction.atomic():
        queue.enqueue(contact, template, occasion="bell:1")
        assert listener.wait(0.1) is False
    assert listener.wait(5) is True


@only_on_postgres
@committed
def test_listener_whose_connection_was_cut_listens_again(listener):
    listener.wait(0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [listener._connection.info.backend_pid])
    assert listener.wait(0.1) is False
    listener.wait(0)
    bell.ring_at_commit()
    assert listener.wait(5) is True


@pytest.mark.skipif(not ON_SQLITE, reason="about SQLite")
def test_on_sqlite_it_waits_and_nothing_rings(db, listener):
    begun = time.monotonic()
    bell.ring_at_commit()
    assert listener.wait(0.05) is False
    assert time.monotonic() - begun >= 0.05
