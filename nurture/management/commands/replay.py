"""Send a CSV of engagement through the same HTTP path as readers' browsers, and say what came of it."""

import json
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from cms import processes
from nurture import replaying


class Command(BaseCommand):
    help = "Replay a CSV (Deskdrop's columns, may be gzipped) as readers; ends with one JSON line."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--url", help="A server that runs already; without it one is started on a free port.")
        parser.add_argument("--keep-times", action="store_true", help="Do not shift times so that the last is now.")
        parser.add_argument("--known", type=float, default=0.1, help="Share of persons mapped onto contacts (0–1).")
        parser.add_argument("--wait", type=int, default=1800, help="Seconds to wait for the worker at most.")

    def handle(self, *, file, url, keep_times, known, wait, **options):
        """Read, map, send, wait, count."""
        if not file.is_file():
            raise CommandError(f"{file} is not a file")
        try:
            replay = replaying.Replay(file, known_share=known, keep_times=keep_times)
            replay.prepare()
        except replaying.Unusable as error:
            raise CommandError(str(error)) from error
        for row, what in replay.malformed[:20]:
            self.stderr.write(f"row {row}: {what}; passed over")
        with server(url) as base_url, tqdm(total=replay.total, unit="event", unit_scale=True) as bar:
            try:
                report = replay.run(base_url, bar.update, bar.set_description, wait)
            except replaying.Unusable as error:
                raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(report))


@contextmanager
def server(url: str | None):
    """The running server's address, or one of our own with its worker, ended afterwards."""
    if url:
        yield url.rstrip("/")
        return
    port = processes.free_port()
    process = processes.manage("serve", env=replaying.environment(port))
    address = f"http://127.0.0.1:{port}"
    try:
        if not processes.wait_until(lambda: process.poll() is not None or processes.answers(address + "/t/p.gif"), 60):
            raise CommandError("The server did not come up within a minute")
        if process.poll() is not None:
            raise CommandError(f"The server ended with status {process.returncode}; see above ({settings.BASE_URL})")
        yield address
    finally:
        processes.end(process)
