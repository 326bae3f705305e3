"""`make bench-loop`: from HTTP to reacted, on SQLite and on PostgreSQL, and what deciding costs beside the usual way.

One installation each (`manage.py serve`: collector, pages, one worker), in alternating rounds; medians. One JSON line
a figure on standard output, the rounds on standard error. Needs a PostgreSQL that lets us make databases
(LEDE_BENCH_POSTGRES). docs/benchmarks.md
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg

from benchmarks.running import COMMON, ROOT, manage, postgres
from cms import processes

ROUNDS = int(os.environ.get("ROUNDS", "3"))
EVENTS = int(os.environ.get("EVENTS", "6000"))
ALONE = 10
BATCH, SENDERS = 100, 4
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Installation:
    """One that serves, filled by benchmarks/readers.py; ended by `close`."""

    def __init__(self, env: dict[str, str]):
        port = processes.free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.env = os.environ | COMMON | env | {"PORT": str(port), "LEDE_BASE_URL": self.url}
        manage(self.env, "migrate", "-v0")
        self.filled = self.run("benchmarks.readers")
        self.file = Path(env["LEDE_VAR"]) / "lede.sqlite3"
        self.process = processes.manage("serve", "--follow", str(os.getpid()), env=self.env, stdout=subprocess.DEVNULL)
        if not processes.wait_until(lambda: processes.answers(f"{self.url}/t/p.gif"), 60):
            raise SystemExit("The server of the benchmark does not answer after 60 seconds")

    def run(self, module: str) -> dict:
        """What `python -m module` says, in this installation."""
        command = [sys.executable, "-m", module]
        return json.loads(subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, check=True).stdout)

    def close(self) -> None:
        processes.end(self.process)

    def connect(self):
        """A connection of our own, to look whether it is done."""
        if address := self.env.get("DATABASE_URL"):
            return psycopg.connect(address, autocommit=True)
        import sqlite3

        return contextlib.closing(sqlite3.connect(self.file, timeout=20))

    def loop(self, number: int) -> float:
        """Seconds from the first request until `number` new events are stored and reacted to."""
        visitors = self.filled["visitors"]
        events = [
            {"uuid": str(uuid4()), "kind": "asset_read", "visitor": visitors[n % len(visitors)],
             "url": f"/piece-{n % 10}/", "properties": {"seconds": 90}}
            for n in range(number)
        ]  # fmt: skip
        bodies = [json.dumps(events[at : at + BATCH]) for at in range(0, number, BATCH)]
        headers = {"Authorization": f"Bearer {self.filled['key']}", "User-Agent": AGENT}
        with self.connect() as connection, httpx.Client(base_url=self.url, headers=headers, timeout=60) as client:
            done = _stored(connection) + number
            begun = time.perf_counter()
            with ThreadPoolExecutor(SENDERS) as pool:
                for answer in pool.map(lambda body: client.post("/t/e", content=body), bodies):
                    answer.raise_for_status()
            while _stored(connection) < done or _waiting(connection):
                time.sleep(0.01)
            return time.perf_counter() - begun


def main() -> None:
    """Measure everything and print it."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lede-bench-")))
        address = stack.enter_context(postgres(f"lede_bench_loop_{os.getpid()}"))
        places = {"sqlite": {}, "postgres": {"DATABASE_URL": address}}
        made = {}
        for name, env in places.items():
            made[name] = Installation(env | {"LEDE_VAR": str(folder / name)})
            stack.callback(made[name].close)
        _report(_measured(made))


def _measured(made: dict[str, Installation]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for installation in made.values():
        installation.loop(BATCH)
    for _ in range(ROUNDS):
        for name, installation in made.items():
            found[f"{name}.seconds"].append(installation.loop(EVENTS))
            found[f"{name}.one_event_s"] += [installation.loop(1) for _ in range(ALONE)]
            sys.stderr.write(f"{name:<10}{EVENTS} events in {found[f'{name}.seconds'][-1]:.2f} s\n")
    for installation in made.values():
        installation.close()  # or its worker would take the events of the next part
    for _ in range(ROUNDS):
        for name, installation in made.items():
            said = installation.run("benchmarks.reacting")
            found[f"{name}.react_per_s"].append(said["ours"])
            found[f"{name}.react_ratio_to_cached_orm"].append(said["ours"] / said["orm"])
            sys.stderr.write(f"{name:<10}{said}\n")
    return found


def _report(found: dict[str, list[float]]) -> None:
    units = {"seconds": "s", "one_event_s": "s", "react_per_s": "events/s", "react_ratio_to_cached_orm": "ratio"}
    for name, values in found.items():
        value, figure = statistics.median(values), name.partition(".")[2]
        if figure == "seconds":
            _say(f"loop.{name.partition('.')[0]}.events_per_s", EVENTS / value, "events/s")
        _say(f"loop.{name}", value, units[figure])


def _stored(connection) -> int:
    return connection.execute("SELECT count(*) FROM tracking_eventkey").fetchone()[0]


def _waiting(connection) -> bool:
    return bool(connection.execute("SELECT count(*) FROM tracking_pending").fetchone()[0])


def _say(name: str, value: float, unit: str) -> None:
    sys.stdout.write(json.dumps({"name": name, "value": round(value, 3), "unit": unit}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
