"""Servers and databases of a benchmark, the load on them, and what it cost: all of one run, gone afterwards."""

import contextlib
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from cms import processes

ROOT = Path(__file__).resolve().parents[1]
POSTGRES = os.environ.get("LEDE_BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432")
TICKS = os.sysconf("SC_CLK_TCK")
COMMON = {
    "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
    "LOG_LEVEL": "ERROR",
    "LEDE_BASE_URL": "https://news.example",
    "ALLOWED_HOSTS": "news.example,127.0.0.1",
    "SECRET_KEY": "a benchmark signs with this",
    "LEDE_PEPPER": "a benchmark hashes addresses with this",
    "TRACKING_KEYS": "bench:YSBiZW5jaG1hcmsgc2lnbnMgaXRzIGxpbmtzIHdpdGggdGhpcw",
    "LEDE_SETTLE_SECONDS": "0",
}


@dataclass(frozen=True)
class Load:
    """What one run of wrk did. Latencies in seconds; CPU in seconds of server and database per 1,000 requests."""

    rate: float
    p50: float
    p99: float
    cpu: float
    refused: int


class Server:
    """granian with one worker, serving `app`; `database` is the PostgreSQL database that its CPU is counted of."""

    def __init__(self, app: str, env: dict[str, str], interface: str = "asgi", database: str = "", *flags: str):
        self.port, self.database = processes.free_port(), database
        command = [*self._command(interface), *flags, app]
        self.process = subprocess.Popen(command, cwd=ROOT, env=os.environ | COMMON | env)
        self.peak = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait(self) -> None:
        """Until it listens."""
        if not processes.wait_until(lambda: processes.is_taken("127.0.0.1", self.port), 60):
            raise SystemExit("A server of the benchmark does not listen after 60 seconds")

    def load(self, links: Path, seconds: int, connections: int, pause: float = 0) -> Load:
        """Requests for so long; `pause`: mean milliseconds between two of one connection."""
        before = self._cpu()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
        command += ["-s", str(ROOT / "benchmarks" / "requests.lua"), self.url, "--", str(time.time_ns() % 10**9)]
        env = os.environ | {"LINKS": str(links), "PAUSE": str(pause)}
        said = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
        spent = self._cpu() - before
        self.peak = max(self.peak, *(_status(pid, "VmHWM") for pid in _tree(self.process.pid)))
        requests = int(_found(r"(\d+) requests in", said))
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
        return Load(
            rate=float(_found(r"Requests/sec:\s+([\d.]+)", said)),
            p50=_seconds(_found(r"(?m)^\s+50%\s+(\S+)", said)),
            p99=_seconds(_found(r"(?m)^\s+99%\s+(\S+)", said)),
            cpu=spent / requests * 1000,
            refused=int(refused[1]) if refused else 0,
        )

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *error: object) -> None:
        processes.end(self.process, 20)

    def _command(self, interface: str) -> list[str]:
        command = [str(Path(sys.executable).with_name("granian")), "--interface", interface, "--workers", "1"]
        return [*command, "--port", str(self.port), "--no-ws", "--log-level", "error", "--workers-kill-timeout", "10"]

    def _cpu(self) -> float:
        """Seconds that the server and its database's processes have used."""
        pids = [*_tree(self.process.pid), *(_backends(self.database) if self.database else ())]
        return sum(map(used, pids))


class Gunicorn(Server):
    """gunicorn with one worker of four threads, as Django is served most often; it is none of our requirements."""

    def _command(self, interface: str) -> list[str]:
        command = [sys.executable, "-m", "gunicorn", "--worker-class", "gthread", "--workers", "1", "--threads", "4"]
        return [*command, "--bind", f"127.0.0.1:{self.port}", "--log-level", "error"]


@contextlib.contextmanager
def postgres(name: str):
    """Inside, a migrated database of this name; gives its address. Dropped afterwards."""
    with psycopg.connect(f"{POSTGRES}/postgres", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
        try:
            yield f"{POSTGRES}/{name}"
        finally:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def manage(env: dict[str, str], *args: str) -> None:
    """Run `manage.py ARGS` to its end."""
    subprocess.run([sys.executable, "manage.py", *args], cwd=ROOT, env=os.environ | COMMON | env, check=True)


@contextlib.contextmanager
def worker(env: dict[str, str]):
    """Inside, a worker takes over drafts and reacts."""
    process = processes.manage("worker", "--follow", str(os.getpid()), env=os.environ | COMMON | env)
    try:
        yield
    finally:
        processes.end(process)


def _backends(database: str) -> list[int]:
    """The processes of PostgreSQL that work for this database, with those that write for all."""
    with psycopg.connect(f"{POSTGRES}/postgres") as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s OR backend_type IN ('walwriter', 'checkpointer',"
            " 'background writer')",
            [database],
        )
        return [pid for (pid,) in rows]


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in children for found in _tree(int(child)))]


def used(pid: int) -> float:
    """Seconds of CPU that a process has used; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / TICKS


def _status(pid: int, name: str) -> int:
    """A line of /proc/PID/status, kB."""
    return int(_found(rf"{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()))


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"wrk said nothing like {pattern}:\n{text}")
    return match[1]


def _seconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[unit]
