"""`manage.py serve`: the whole installation by one command."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cms import processes, server, startup


class Command(BaseCommand):
    help = (
        "Serve pages and the event collector on HOST:PORT (default 127.0.0.1:8000), with one worker beside them. "
        "SIGTERM, SIGINT and SIGHUP stop all of it; what was accepted is stored first."
    )

    def add_arguments(self, parser):
        parser.add_argument("--no-worker", action="store_true", help="Pages and collector only.")
        parser.add_argument("--follow", type=int, metavar="PID", help="Leave, too, when this parent process ends.")

    def handle(self, **options):
        host, port = settings.HOST, settings.PORT
        if not server.wait_for_port(host, port):
            raise CommandError(
                f"Port {port} of {host} is taken by another program. Stop it, or choose another: PORT={port + 1}"
            )
        startup.require()
        for name, address in server.addresses().items():
            self.stdout.write(f"{name:<10}{address}")
        self.stdout.write("Ctrl-C stops it.")
        self.stdout.flush()
        if options["follow"]:
            processes.follow(options["follow"])
        server.run(host, port, with_worker=not options["no_worker"])
