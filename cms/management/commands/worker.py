"""`manage.py worker`: background work until it is told to stop."""

import signal

from django.core.management.base import BaseCommand

from cms import processes, worker


class Command(BaseCommand):
    help = "Run every app's background loops until SIGTERM, SIGINT or SIGHUP; the batch at hand is finished first."

    def add_arguments(self, parser):
        parser.add_argument("--follow", type=int, metavar="PID", help="Leave, too, when this parent process ends.")

    def handle(self, **options):
        stopping = []
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda received, frame: stopping.append(received))
        if options["follow"]:
            processes.follow(options["follow"])
        worker.run_until(lambda: bool(stopping))
