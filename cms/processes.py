"""Processes of one installation: free ports, waiting for an answer, and children that never outlive their parent."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
POLL_SECONDS = 0.1


def free_port(host: str = "127.0.0.1") -> int:
    """A TCP port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def is_taken(host: str, port: int) -> bool:
    """Does somebody listen there already? Asked by binding, so that it is true for every kind of server."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def manage(*args: str, **options) -> subprocess.Popen:
    """Start `manage.py ARGS` with this Python in the project's folder; options as for Popen."""
    command = [sys.executable, str(ROOT / "manage.py"), *args]
    return subprocess.Popen(command, cwd=ROOT, **options)  # noqa: S603 -- our own command line


def follow(parent: int) -> None:
    """End this process, as by SIGTERM, within a second after process `parent` has ended, even if it was killed."""

    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="follow-parent", daemon=True).start()


def told_to_stop() -> Callable[[], bool]:
    """From now on SIGTERM, SIGINT and SIGHUP only make the answer of this question true."""
    received: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, frame: received.append(number))
    return lambda: bool(received)


def end(process: subprocess.Popen, seconds: float = 30) -> int:
    """Ask a child to leave, wait, and kill it when it has not gone in time. Its exit status."""
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def answers(url: str) -> bool:
    """Does a web server answer there, whatever it says?"""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 -- our own http address
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def wait_until(true: Callable[[], object], seconds: float) -> object:
    """Ask until the answer is true or the time is over; the last answer."""
    end_at = time.monotonic() + seconds
    while not (answer := true()) and time.monotonic() < end_at:
        time.sleep(POLL_SECONDS)
    return answer
