"""`manage.py run_dispatcher`: mail alone, sent the moment it is queued."""

from django.core.management.base import BaseCommand
from django.db import connection

from cms import processes, worker
from nurture.mail import bell, loops

POLL_SECONDS = 3


class Command(BaseCommand):
    help = (
        "Send mail until SIGTERM, SIGINT or SIGHUP, beside any number of workers and other dispatchers. On PostgreSQL "
        "it is told of new mail at once and looks every few seconds all the same; on SQLite it looks twice a second."
    )

    def add_arguments(self, parser):
        parser.add_argument("--follow", type=int, metavar="PID", help="Leave, too, when this parent process ends.")

    def handle(self, **options):
        if options["follow"]:
            processes.follow(options["follow"])
        listener = bell.Listener()
        pause = POLL_SECONDS if connection.vendor == "postgresql" else worker.IDLE_SECONDS
        try:
            worker.run_until(
                processes.told_to_stop(), loops.LOOPS, role="dispatcher", rest=lambda: listener.wait(pause)
            )
        finally:
            listener.close()
