"""Server and worker for as long as a command needs them: those that run are used, the others started and ended."""

import contextlib
import json
import os
from collections.abc import Callable, Iterator

from django.conf import settings

from cms import processes, worker

START_SECONDS = 60
LOG = "stand_in.log"


@contextlib.contextmanager
def registered() -> Iterator[None]:
    """`serve` says in var/ where it listens, so that commands find it."""
    path = settings.VAR_DIR / "serve.json"
    path.write_text(json.dumps({"pid": os.getpid(), "url": f"http://{settings.HOST}:{settings.PORT}"}))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def running_server() -> str | None:
    """The address of this installation's own running `serve`, or None. A stranger on the same port is not ours."""
    path = settings.VAR_DIR / "serve.json"
    try:
        told = json.loads(path.read_text())
        os.kill(told["pid"], 0)
    except (OSError, ValueError, KeyError):
        return None
    return told["url"] if processes.answers(f"{told['url']}/admin/login/") else None


@contextlib.contextmanager
def running(say: Callable[[str], None]) -> Iterator[str]:
    """Inside, a server and a worker run; gives the server's address. What was started is said, and ended at the end.

    Raises RuntimeError with the end of its log when the server does not come up.
    """
    started = []
    try:
        url, has_worker = running_server(), worker.is_alive()
        if url is None:
            url, process = _start_server(with_worker=not has_worker)
            started.append(process)
            say(f"No server was running: started one at {url}" + ("" if has_worker else ", with a worker"))
        elif not has_worker:
            started.append(_start("worker"))
            say(f"The server runs at {url}; no worker was running: started one")
        else:
            say(f"Server and worker run at {url}")
        if not processes.wait_until(worker.is_alive, START_SECONDS):
            raise RuntimeError(f"The worker gave no sign of life within {START_SECONDS} s. {_log()}")
        yield url
    finally:
        for process in started:
            processes.end(process)


def _start_server(with_worker: bool):
    port = processes.free_port()
    url = f"http://127.0.0.1:{port}"
    place = {"HOST": "127.0.0.1", "PORT": str(port), "LEDE_BASE_URL": url}
    process = _start("serve", *([] if with_worker else ["--no-worker"]), **place)
    processes.wait_until(lambda: process.poll() is not None or processes.answers(f"{url}/admin/login/"), START_SECONDS)
    if process.poll() is not None or not processes.answers(f"{url}/admin/login/"):
        processes.end(process)
        raise RuntimeError(f"The server did not come up within {START_SECONDS} s. {_log()}")
    return url, process


def _start(*command: str, **place: str):
    with (settings.VAR_DIR / LOG).open("w") as log:
        return processes.manage(*command, "--follow", str(os.getpid()), env=os.environ | place, stdout=log, stderr=log)


def _log() -> str:
    path = settings.VAR_DIR / LOG
    return f"Its log ends:\n{path.read_text()[-2000:]}" if path.exists() else ""
