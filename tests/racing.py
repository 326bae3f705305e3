"""A second worker on PostgreSQL, beside a transaction of the test that has not committed yet."""

import threading
from collections.abc import Callable

from django.db import connection, connections

from cms import processes


class Racer(threading.Thread):
    """Runs `work` with a connection of its own, at once."""

    def __init__(self, work: Callable[[], object]):
        super().__init__(daemon=True)
        self.work, self.error = work, None
        self.start()

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:  # noqa: BLE001 -- told by finish(), in the test's own thread
            self.error = error
        finally:
            connections.close_all()

    def runs_into(self) -> None:
        """Come back when it waits for a lock of the test's transaction, or has got through without."""
        # Not from pg_stat_activity, which stands still inside a transaction.
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"

        def waits():
            with connection.cursor() as cursor:
                cursor.execute(waiting)
                return cursor.fetchone()[0]

        assert processes.wait_until(lambda: not self.is_alive() or waits(), 20)

    def finish(self) -> None:
        """After the test's transaction has ended: its end. Raises what it met."""
        self.join(20)
        assert not self.is_alive()
        if self.error:
            raise self.error
