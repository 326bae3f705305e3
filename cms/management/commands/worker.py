"""`manage.py worker`: background work until it is told to stop."""

from django.core.management.base import BaseCommand

from cms import processes, startup, worker


class Command(BaseCommand):
    help = "Run every app's background loops until SIGTERM, SIGINT or SIGHUP; the batch at hand is finished first."

    def add_arguments(self, parser):
        parser.add_argument("--follow", type=int, metavar="PID", help="Leave, too, when this parent process ends.")

    def handle(self, **options):
        startup.require()
        if options["follow"]:
            processes.follow(options["follow"])
        worker.run_until(processes.told_to_stop())
