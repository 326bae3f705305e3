"""`manage.py run_dispatcher`: mail alone, sent the moment it is queued."""

from django.core.management.base import BaseCommand
from django.db import connection

from cms import processes, startup, waking, worker
from cms.worker import Loop
from nurture.mail import bell
from nurture.mail import loops as mail

POLL_SECONDS = 3


class Command(BaseCommand):
    help = (
        "Send mail until SIGTERM, SIGINT or SIGHUP, beside any number of workers and other dispatchers. On PostgreSQL "
        "it is told of new mail at once and looks every few seconds all the same; on SQLite it looks twice a second. "
        "While the broker of Celery is away it runs all other loops as well."
    )

    def add_arguments(self, parser):
        parser.add_argument("--follow", type=int, metavar="PID", help="Leave, too, when this parent process ends.")

    def handle(self, **options):
        startup.require()
        if options["follow"]:
            processes.follow(options["follow"])
        listener = bell.Listener()
        pause = POLL_SECONDS if connection.vendor == "postgresql" else worker.IDLE_SECONDS
        try:
            worker.run_until(
                processes.told_to_stop(),
                [*mail.LOOPS, *_others_while_the_broker_is_away()],
                role="dispatcher",
                rest=lambda: listener.wait(pause),
            )
        finally:
            listener.close()


def _others_while_the_broker_is_away() -> list[Loop]:
    """Celery's workers sleep without their broker; here somebody is awake anyway."""
    watch = waking.Watch()
    return [
        Loop(loop.name, lambda run=loop.run: run() if watch.is_away() else 0, POLL_SECONDS)
        for loop in worker.loops()
        if loop not in mail.LOOPS
    ]
