"""`make bench-ledger`: what it costs to take an event, beside the same server answering a constant and beside Django.

All of one run on one machine, in alternating rounds; medians. One JSON line a figure on standard output, the rounds on
standard error. Needs wrk and a PostgreSQL that lets us make databases (LEDE_BENCH_POSTGRES). docs/benchmarks.md
"""

import contextlib
import importlib.util
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg

from benchmarks.running import COMMON, ROOT, Gunicorn, Load, Server, manage, postgres, worker

ROUNDS = int(os.environ.get("ROUNDS", "5"))
SECONDS = int(os.environ.get("SECONDS", "4"))
CONNECTIONS = int(os.environ.get("CONNECTIONS", "256"))
DJANGOS_CONNECTIONS = 16  # more only wait in line behind its four threads
LOOPS = 20
DATABASE = f"lede_bench_ledger_{os.getpid()}"
TABLES = ("tracking_draft", "tracking_event", "tracking_eventkey", "tracking_pending")

Runs = dict[str, list[Load]]


def main() -> None:
    """Measure everything and print it."""
    if not shutil.which("wrk"):
        raise SystemExit("wrk makes the load and is not installed: apt-get install wrk")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lede-bench-")))
        address = stack.enter_context(postgres(DATABASE))
        envs = _installations(folder, address)
        servers = {name: stack.enter_context(server) for name, server in _servers(envs).items()}
        for server in servers.values():
            server.wait()
        links = _links(envs["sqlite"], folder)
        _report(_measured(servers, envs, links, address))
        _say("ledger.rss_mb", max(servers[name].peak for name in ("postgres", "sqlite")) / 1024, "MB")
        with worker(envs["postgres"]):
            _say("ledger.http_to_reacted_s", _loop_time(servers["postgres"].url, address), "s")


def _installations(folder: Path, address: str) -> dict[str, dict[str, str]]:
    """The environment of each installation, migrated. Django's own on SQLite has files of its own."""
    envs = {"postgres": {"DATABASE_URL": address}, "sqlite": {}, "django.sqlite": {}}
    for name, env in envs.items():
        env["LEDE_VAR"] = str(folder / name)
        if name == "django.sqlite":  # the same tables, in files of its own
            shutil.copytree(folder / "sqlite", folder / name)
        else:
            manage(env, "migrate", "-v0")
    return envs | {"django.postgres": envs["postgres"], "constant": envs["sqlite"]}


def _servers(envs: dict[str, dict[str, str]]) -> dict[str, Server]:
    ours, django = "tracking.asgi:app", ("--blocking-threads", "4")
    way = "benchmarks.django_way:application"
    servers = {
        "constant": Server("benchmarks.constant:app", envs["constant"]),
        "postgres": Server(ours, envs["postgres"], "asgi", DATABASE),
        "sqlite": Server(ours, envs["sqlite"]),
        "django.postgres": Server(way, envs["django.postgres"], "wsgi", DATABASE, *django),
        "django.sqlite": Server(way, envs["django.sqlite"], "wsgi", "", *django),
    }
    if importlib.util.find_spec("gunicorn"):
        servers["gunicorn.postgres"] = Gunicorn(way, envs["django.postgres"], "wsgi", DATABASE)
        servers["gunicorn.sqlite"] = Gunicorn(way, envs["django.sqlite"], "wsgi")
    return servers


def _measured(servers: dict[str, Server], envs: dict, links: Path, address: str) -> Runs:
    """Rounds of top rate, of half of it, and with the worker reacting; by the server's name and what was done."""
    runs: Runs = defaultdict(list)

    def run(name: str, what: str, pause: float = 0) -> None:
        connections = DJANGOS_CONNECTIONS if name.startswith(("django", "gunicorn")) else CONNECTIONS
        load = servers[name].load(links, SECONDS, connections, pause)
        runs[f"{name}{what}"].append(load)
        _note(f"{name}{what}", load)

    for server in servers.values():
        server.load(links, 1, DJANGOS_CONNECTIONS)
    for _ in range(ROUNDS):
        for name in servers:
            run(name, "")
        _empty(address)
    for name in ("postgres", "sqlite"):
        # Connections that pause so long on the average ask for half of the top rate.
        pause = CONNECTIONS / (_median(runs[name], "rate") / 2) * 1000
        for _ in range(ROUNDS):
            run("constant", f" at half of {name}", pause)
            run(name, " at half", pause)
        _empty(address)
        with worker(envs[name]):
            for _ in range(ROUNDS):
                run("constant", f" beside the worker of {name}")
                run(name, " reacting")
        _empty(address)
    return runs


def _report(runs: Runs) -> None:
    _say("ledger.constant.rate", _median(runs["constant"], "rate"), "requests/s")
    _say("ledger.constant.cpu_ms", _median(runs["constant"], "cpu") * 1000, "ms per 1,000")
    for name in ("postgres", "sqlite"):
        _report_costs(name, runs)
        _report_waiting(name, runs)


def _report_costs(name: str, runs: Runs) -> None:
    """At the top rate, beside the constant and beside each way of serving Django that was measured."""
    ours = runs[name]
    _say(f"ledger.{name}.rate", _median(ours, "rate"), "requests/s")
    _say(f"ledger.{name}.cpu_ms", _median(ours, "cpu") * 1000, "ms per 1,000")
    _say(f"ledger.{name}.refused", sum(load.refused for load in ours), "requests")
    _say(f"ledger.{name}.ratio_to_limit", _ratio(ours, runs["constant"], "rate"), "ratio")
    _say(f"ledger.{name}.cpu_ratio_to_limit", _ratio(ours, runs["constant"], "cpu"), "ratio")
    for way in ("django", "gunicorn"):
        if theirs := runs[f"{way}.{name}"]:
            _say(f"ledger.{way}.{name}.rate", _median(theirs, "rate"), "requests/s")
            _say(f"ledger.{way}.{name}.cpu_ms", _median(theirs, "cpu") * 1000, "ms per 1,000")
            _say(f"ledger.{name}.ratio_to_{way}", _ratio(ours, theirs, "rate"), "ratio")
            _say(f"ledger.{name}.cpu_ratio_to_{way}", _ratio(theirs, ours, "cpu"), "ratio")


def _report_waiting(name: str, runs: Runs) -> None:
    """At half of the top rate, and beside a worker that reacts."""
    half, limits = runs[f"{name} at half"], runs[f"constant at half of {name}"]
    _say(f"ledger.{name}.half.rate", _median(half, "rate"), "requests/s")
    _say(f"ledger.{name}.half.p50_ms", _median(half, "p50") * 1000, "ms")
    _say(f"ledger.{name}.half.p99_ms", _median(half, "p99") * 1000, "ms")
    _say(f"ledger.constant.half_of_{name}.p99_ms", _median(limits, "p99") * 1000, "ms")
    allowed = max(0.030, 8 * _median(limits, "p99"))
    _say(f"ledger.{name}.p99_ratio", _median(half, "p99") / allowed, "ratio")
    reacting, beside = runs[f"{name} reacting"], runs[f"constant beside the worker of {name}"]
    _say(f"ledger.{name}.reacting.rate", _median(reacting, "rate"), "requests/s")
    _say(f"ledger.{name}.reacting.ratio_to_limit", _ratio(reacting, beside, "rate"), "ratio")


def _median(loads: list[Load], figure: str) -> float:
    return statistics.median(getattr(load, figure) for load in loads)


def _ratio(ours: list[Load], theirs: list[Load], figure: str) -> float:
    """The median over the rounds: within one the machine was the same for both."""
    pairs = zip(ours, theirs, strict=True)
    return statistics.median(getattr(mine, figure) / getattr(their, figure) for mine, their in pairs)


def _links(env: dict[str, str], folder: Path) -> Path:
    """A file of signed tokens, one a line."""
    os.environ.update(COMMON | env)
    import django

    django.setup()
    from tracking import links

    addresses = (f"https://news.example/insights/{n}/?utm_campaign=spring" for n in range(2048))
    file = folder / "links"
    file.write_text("".join(links.tracked_url(url, uuid4()).rpartition("/")[2] + "\n" for url in addresses))
    return file


def _empty(address: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {', '.join(TABLES)}")


def _loop_time(url: str, address: str) -> float:
    """Median seconds from the request until the event is stored and its reaction done."""
    times = []
    with psycopg.connect(address, autocommit=True) as connection, httpx.Client() as client:
        for _ in range(LOOPS):
            uuid, started = uuid4(), time.perf_counter()
            client.post(f"{url}/t/e", json={"uuid": str(uuid), "kind": "page_viewed"}).raise_for_status()
            while not _is_reacted(connection, uuid):
                time.sleep(0.01)
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def _is_reacted(connection: psycopg.Connection, uuid: object) -> bool:
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM tracking_eventkey WHERE uuid = %(uuid)s)"
        " AND NOT EXISTS (SELECT FROM tracking_pending WHERE event_uuid = %(uuid)s)",
        {"uuid": uuid},
    ).fetchone()
    return row == (True,)


def _note(name: str, load: Load) -> None:
    figures = f"{load.rate:9.0f}/s  p99 {load.p99 * 1000:7.1f} ms  CPU {load.cpu * 1000:7.1f} ms/1,000"
    sys.stderr.write(f"{name:<40}{figures}{f'  refused {load.refused}' if load.refused else ''}\n")


def _say(name: str, value: float, unit: str) -> None:
    sys.stdout.write(json.dumps({"name": name, "value": round(value, 3), "unit": unit}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
