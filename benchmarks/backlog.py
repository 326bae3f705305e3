"""What it costs to catch up after an outage: CPU for 1,000 events from the spool, held, from the inbox, and to react.

    python -m benchmarks.backlog [sqlite|postgres]

A JSON line a figure: CPU seconds of the worker and how many statements, each the least of ROUNDS rounds, since whatever
else runs on the machine only adds. The events are those of tests/faults/load.py; three of ten browsers are known.
"""

import contextlib
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from random import Random
from uuid import UUID, uuid4

from benchmarks import running

NUMBER, ROUNDS, IN_A_FILE, VISITORS = 2_000, 5, 5, 500
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
INSIDE = "inside"


def main(database: str) -> None:
    """Make an installation, and measure inside it."""
    with tempfile.TemporaryDirectory() as var, contextlib.ExitStack() as stack:
        env = {"LEDE_VAR": var}
        if database == "postgres":
            env["DATABASE_URL"] = stack.enter_context(running.postgres("lede_bench_backlog"))
        running.manage(env, "migrate", "--verbosity", "0")
        command = [sys.executable, "-m", "benchmarks.backlog", INSIDE, database]
        subprocess.run(command, cwd=running.ROOT, env=os.environ | running.COMMON | env, check=True)


def measure(database: str) -> None:
    """All rounds, and what was the least."""
    import django

    django.setup()
    from django.db import connections

    from cms import worker
    from nurture import pipeline as nurture
    from tracking import inbox, pipeline, rows, spool

    worker.spare_garbage_rounds()
    keys, found = _visitors(), {}

    def run(name, loop):
        asked = []

        def count(execute, *args):
            asked.append(1)
            return execute(*args)

        with contextlib.ExitStack() as stack:
            for alias in connections:
                stack.enter_context(connections[alias].execute_wrapper(count))
            begun = time.process_time()
            while loop():
                pass
            spent = time.process_time() - begun
        found.setdefault(name, []).append((1000 * spent / NUMBER, 1000 * len(asked) / NUMBER))

    for round_ in range(ROUNDS):
        chance = Random(round_)  # noqa: S311 -- each run measures the same
        drafts = _drafts(chance, keys)
        for at in range(0, NUMBER, IN_A_FILE):
            spool.keep(map(rows.of_draft, drafts[at : at + IN_A_FILE]))
        run("spool", spool.replay)
        run("held", pipeline.run_batch)
        run("react", nurture.react)
        inbox.submit(_drafts(chance, keys))
        run("inbox", pipeline.run_batch)
        run("react", nurture.react)
        gc.collect()
    for name, rounds in found.items():
        cpu, statements = map(min, zip(*rounds, strict=True))
        _say(f"backlog.{database}.{name}.cpu_s", cpu, "s/1000 events")
        _say(f"backlog.{database}.{name}.statements", statements, "1/1000 events")


def _visitors() -> list[UUID]:
    from cms import clock
    from nurture.contacts.models import Contact, Identity
    from tracking.models import Visitor

    now, keys = clock.now(), [uuid4() for _ in range(VISITORS)]
    for number, key in enumerate(keys):
        visitor = Visitor.objects.create(key=key, first_seen_at=now, last_seen_at=now)
        if number % 5 == 0:
            contact = Contact.objects.create(email=f"reader{number}@example.com")
            Identity.objects.create(contact=contact, visitor=visitor, kind="form", created_at=now)
    return keys


def _drafts(chance: Random, keys: list[UUID]) -> list:
    from cms import clock
    from tracking.models import Draft

    now, facts = clock.now(), {"ua": AGENT, "ip": "127.0.0.0", "method": "POST", "accept_language": "en"}

    def draft():
        source = chance.choices(("script", "pixel", "link"), (6, 2, 2))[0]
        payload = {"url": "/nowhere/"} | ({"visitor": str(chance.choice(keys))} if chance.random() < 0.3 else {})
        if source == "link":
            payload = {"url": "https://other.example/a?b=c", "link": UUID(int=5).hex}
        kind = "link_followed" if source == "link" else "page_viewed"
        return Draft(
            uuid=uuid4(), kind=kind, source=source, occurred_at=now, received_at=now, payload=payload, facts=facts
        )

    return [draft() for _ in range(NUMBER)]


def _say(name: str, value: float, unit: str) -> None:
    sys.stdout.write(json.dumps({"name": name, "value": round(value, 4), "unit": unit}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    measure(sys.argv[2]) if sys.argv[1:2] == [INSIDE] else main((sys.argv[1:] or ["sqlite"])[0])
