"""The one-machine installation: granian for pages and collector, and one worker beside it."""

import logging
import os
import signal
import threading

from django.conf import settings
from django.utils.module_loading import import_string
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from cms import processes, stand_in

logger = logging.getLogger(__name__)
SHUTDOWN_SECONDS = 10
RESTART_SECONDS = 2
BUFFER_BYTES = 16 * 1024  # of a connection, and the most that an address with all headers may have: see docs/faults.md


class WorkerChild:
    """The worker as a child process: started again when it dies, ended with us."""

    def __init__(self):
        self._stopping = threading.Event()
        self._process = None

    def start(self) -> None:
        """Start it, and watch over it from a thread."""
        self._spawn()
        threading.Thread(target=self._watch, name="watch-worker", daemon=True).start()

    def stop(self) -> None:
        """Let it finish its batch and leave."""
        self._stopping.set()
        if self._process:
            processes.end(self._process)

    def _spawn(self):
        self._process = processes.manage("worker", "--follow", str(os.getpid()))

    def _watch(self):
        while not self._stopping.is_set():
            status = self._process.wait()
            if self._stopping.wait(RESTART_SECONDS):
                return
            logger.error("The worker ended with status %s; starting it again", status)
            self._spawn()


def run(host: str, port: int, with_worker: bool = True) -> None:
    """Serve until SIGTERM, SIGINT or SIGHUP. Raises SystemExit(1) when the web process dies by itself."""
    server = Server(
        "cms.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http1_settings=HTTP1Settings(max_buffer_size=BUFFER_BYTES),
        websockets=False,
        log_level=LogLevels.warning,
        workers_kill_timeout=SHUTDOWN_SECONDS,
    )
    worker = WorkerChild()
    # Granian takes SIGHUP for "reload"; a terminal that closes means "stop".
    server.on_startup(lambda: signal.signal(signal.SIGHUP, server.signal_handler_interrupt))
    if with_worker:
        server.on_startup(worker.start)
    server.on_shutdown(worker.stop)
    parent = os.getpid()
    with stand_in.registered():
        server.serve(target_loader=lambda: _load(parent), wrap_loader=False)


def _load(parent: int):
    """In the web process: stop when the parent is gone, then hand over the application."""
    processes.follow(parent)
    return import_string("cms.asgi.application")


def wait_for_port(host: str, port: int, seconds: float = 3) -> bool:
    """Is the port ours to take? A server that was just stopped gets a moment to let go of it."""
    return bool(processes.wait_until(lambda: not processes.is_taken(host, port), seconds))


def addresses() -> dict[str, str]:
    """Where things are, by what they are called."""
    return {"Site": f"{settings.BASE_URL}/", "Newsroom": f"{settings.BASE_URL}/admin/"}
