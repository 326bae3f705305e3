"""Pages asked of Django in this process, without a server between, so that a figure is the page and nothing else."""

import cProfile
import json
import os
import pstats
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """What one answer took: seconds, seconds in the database, statements, bytes, CPU seconds of this process."""

    took: float
    database: float
    statements: int
    size: int
    cpu: float


def ask(client, address: str, status: int = 200) -> Asked:
    """Ask for one page; any other status ends the benchmark."""
    from django.db import connection

    spent: list[float] = []

    def timed(execute, sql, params, many, context):
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append(time.perf_counter() - begun)

    with connection.execute_wrapper(timed):
        begun, used = time.perf_counter(), time.process_time()
        answer = client.get(address)
        took, used = time.perf_counter() - begun, time.process_time() - used
    if answer.status_code != status:
        raise SystemExit(f"{address} answers {answer.status_code}")
    return Asked(took, sum(spent), len(spent), len(answer.content), used)


def profile(client, address: str) -> None:
    """The same three times under cProfile, printed; `SORT` is by what."""
    with cProfile.Profile() as found:
        for _ in range(3):
            ask(client, address)
    pstats.Stats(found, stream=sys.stdout).sort_stats(os.environ.get("SORT", "cumulative")).print_stats(70)


def say(name: str, value: float, unit: str) -> None:
    """One figure, as a JSON line."""
    sys.stdout.write(json.dumps({"name": name, "value": round(value, 2), "unit": unit}) + "\n")
    sys.stdout.flush()
