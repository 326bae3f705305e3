"""What is killed here is ours, and keeps what it has committed."""

import pytest
from django.db import connection

from tests.conftest import ON_SQLITE

pytestmark = [pytest.mark.faults, pytest.mark.django_db]


@pytest.mark.skipif(ON_SQLITE, reason="about the cluster of python -m tests.faults")
def test_the_cluster_is_our_own_and_durable(cluster):
    """A kill does not show whether commits reach the disk; the settings do. (This test also makes pytest-django
    make the database that the others copy.)"""
    asked = "SELECT current_setting('port'), current_setting('fsync'), current_setting('synchronous_commit')"
    with connection.cursor() as cursor:
        cursor.execute(asked)
        assert cursor.fetchone() == (str(cluster.port), "on", "on")
    assert cluster.port != 5432
