"""`python -m benchmarks.site`: every page of the public site with few pieces and with many, in one run.

With `FEW=200` pieces, then with `MANY=3000`: medians of `ROUNDS=9` rounds, one JSON line a figure on standard output.
Pages are asked of Django in this process. On SQLite in a temporary folder, or on a PostgreSQL that lets us make
databases with `DATABASE=postgres`. With `PROFILE=asset` that one page with many pieces under cProfile instead.
docs/benchmarks.md
"""

import contextlib
import gzip
import os
import re
import statistics
import tempfile
from pathlib import Path

from benchmarks import pages, pieces
from benchmarks.running import COMMON, manage, postgres

ROUNDS = int(os.environ.get("ROUNDS", "9"))
FEW, MANY = int(os.environ.get("FEW", "200")), int(os.environ.get("MANY", "3000"))
PAGES = {
    "home": "/",
    "topics": "/topics/",
    "topic": "/topics/bench-0/",
    "stage": "/stages/awareness/",
    "persona": "/for/bench-0/",
    "author": "/authors/bench-0/",
    "asset": "/bench-1/",
    "search": "/search/?q=chain",
    "search.rare": "/search/?q=part+17",
    "search.typo": "/search/?q=refrigerasion",
    "search.all": "/search/",
    "feed": "/feed/",
    "topic_feed": "/topics/bench-0/feed/atom/",
    "sitemap": "/sitemap.xml",
    "sitemap.lists": "/sitemap-lists.xml",
    "sitemap.part": "/sitemap-pieces-0.xml",
    "none": "/nothing/",
}


def main() -> None:
    """Fill an installation twice, ask for every page in turn, print what it took."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="lede-bench-"))
        env = {"LEDE_VAR": folder}
        if os.environ.get("DATABASE") == "postgres":
            env["DATABASE_URL"] = stack.enter_context(postgres(f"lede_bench_site_{os.getpid()}"))
        manage(env, "migrate", "-v0")
        os.environ.update(COMMON | env)
        import django

        django.setup()
        from django.core.management import call_command

        client, found = _client(), {}
        for count in (FEW, MANY):
            pieces.publish(count, covers=pieces.covers())
            call_command("update_index", verbosity=0)
            _settle()
            for _ in range(2):
                for address in PAGES.values():
                    _ask(client, address)
            if count == MANY and (name := os.environ.get("PROFILE")):
                pages.profile(client, PAGES[name])
                return
            found[count] = {name: [_ask(client, address) for _ in range(ROUNDS)] for name, address in PAGES.items()}
        _report(found)
        _weigh(client)
        from django.db import connections

        connections.close_all()


def _settle() -> None:
    """What PostgreSQL does by itself a minute after so many rows were written."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _ask(client, address: str) -> pages.Asked:
    return pages.ask(client, address, status=404 if address == PAGES["none"] else 200)


def _client():
    from django.test import Client

    return Client(SERVER_NAME="127.0.0.1")


def _report(found: dict) -> None:
    for name in PAGES:
        for count, rounds in ((count, of[name]) for count, of in found.items()):
            pages.say(f"site.{name}.{count}.ms", statistics.median(one.took for one in rounds) * 1000, "ms")
            pages.say(f"site.{name}.{count}.cpu_ms", statistics.median(one.cpu for one in rounds) * 1000, "ms")
            pages.say(f"site.{name}.{count}.db_ms", statistics.median(one.database for one in rounds) * 1000, "ms")
            pages.say(f"site.{name}.{count}.statements", rounds[-1].statements, "statements")


def _weigh(client) -> None:
    """What a first visit is over the wire without pictures: the page, its styles and scripts packed, its fonts."""
    from django.contrib.staticfiles import finders

    for name in ("home", "topic", "asset", "search"):
        html = client.get(PAGES[name]).content
        size = len(gzip.compress(html))
        for path in set(re.findall(rb'(?:href|src)="/static/([^"]+\.(?:css|js|woff2))"', html)):
            content = Path(finders.find(path.decode())).read_bytes()
            size += len(content) if path.endswith(b"woff2") else len(gzip.compress(content))
        pages.say(f"site.{name}.wire_kb", size / 1024, "KB")


if __name__ == "__main__":
    main()
