"""`python -m benchmarks.newsroom`: calendar and map with 10,000 entries and as many pieces, beside an empty list.

In alternating rounds of one run, medians: one JSON line a figure on standard output. The pages are asked of Django in
this process, without a server between, so that a figure is the page and nothing else. On SQLite in a temporary folder,
or on a PostgreSQL that lets us make databases with `DATABASE=postgres`. With `PROFILE=calendar.month` that one screen
under cProfile instead. docs/benchmarks.md
"""

import contextlib
import cProfile
import json
import os
import pstats
import statistics
import sys
import tempfile
import time
from datetime import timedelta

from benchmarks.running import COMMON, manage, postgres

ROUNDS = int(os.environ.get("ROUNDS", "7"))
ROWS = int(os.environ.get("ROWS", "10000"))
CALENDAR, MAP = "/admin/newsroom/calendar/", "/admin/newsroom/coverage/"
EMPTY = "/admin/newsroom/coverage/planned/?stage=none&persona=none&q=nothing-is-called-this"
SCREENS = {
    "empty": EMPTY,
    "calendar.month": CALENDAR,
    "calendar.week": f"{CALENDAR}?view=week",
    "calendar.list": f"{CALENDAR}?view=list",
    "calendar.board": f"{CALENDAR}?view=board",
    "coverage.map": MAP,
    "coverage.cell": f"{MAP}live/",
    "home": "/admin/",
}


def main() -> None:
    """Fill an installation, ask for every screen in turn, print what it took."""
    with contextlib.ExitStack() as stack:
        env = {"LEDE_VAR": stack.enter_context(tempfile.TemporaryDirectory(prefix="lede-bench-"))}
        if os.environ.get("DATABASE") == "postgres":
            env["DATABASE_URL"] = stack.enter_context(postgres(f"lede_bench_newsroom_{os.getpid()}"))
        manage(env, "migrate", "-v0")
        os.environ.update(COMMON | env)
        import django

        django.setup()
        client = _client(_filled())
        for address in SCREENS.values():
            _ask(client, address)
        if name := os.environ.get("PROFILE"):
            _profile(client, SCREENS[name])
            return
        _report(*_measured(client))
        from django.db import connections

        connections.close_all()


def _filled() -> object:
    """A plan of ROWS entries over two years around today, as many live pieces, and who looks at them."""
    from django.contrib.auth.models import Group
    from django.utils import timezone

    from cms.models import User
    from cms.policy import MARKETER

    user = User.objects.create_user("bench", email="bench@news.example")
    user.groups.add(Group.objects.get(name=MARKETER))
    today = timezone.localdate()
    _plan(today, user)
    _publish(today)
    return user


def _plan(today, user) -> None:
    from cms.models import BuyingStage
    from editorial.models import Entry

    stages, personas = list(BuyingStage.objects.all()), _personas()
    steps = ["idea", "brief", "assigned", "drafting", "review"]
    made = Entry.objects.bulk_create(
        (
            Entry(
                title=f"What cold costs, part {n}",
                step=steps[n % 5],
                due_on=None if n % 20 == 0 else today + timedelta(days=n % 730 - 365),
                stage=stages[n % len(stages)],
                assignee=user if n % 3 else None,
                question="Which part of it is ours?",
                created_by=user,
            )
            for n in range(ROWS)
        ),
        batch_size=500,
    )
    through = Entry.personas.through
    rows = (through(entry_id=entry.pk, persona_id=personas[n % len(personas)].pk) for n, entry in enumerate(made))
    through.objects.bulk_create(rows, batch_size=500)


def _personas() -> list:
    from cms.models import Persona

    for n in range(max(0, 6 - Persona.objects.count())):
        Persona.objects.create(slug=f"bench-{n}", name=f"Reader {n}")
    return list(Persona.objects.all())


def _publish(today) -> None:
    """Live pieces, set by set: page, asset, personas."""
    from django.utils import timezone
    from wagtail.models import Page

    from cms.models import AssetPage, BuyingStage, HomePage

    home, now = HomePage.objects.get(), timezone.now()
    stages, personas = list(BuyingStage.objects.all()), _personas()
    first = home.add_child(instance=AssetPage(title="Piece", live=True, primary_stage=stages[0]))
    shared = {"depth": first.depth, "content_type_id": first.content_type_id, "locale_id": first.locale_id}
    pages = Page.objects.bulk_create(
        (
            Page(title=f"The load that looked fine, {n}", slug=f"piece-{n}", live=True, url_path=f"/home/piece-{n}/",
                 path=Page._get_path(first.path[:-4], first.depth, n + 2),
                 first_published_at=now - timedelta(days=n % 730, hours=1), **shared)
            for n in range(1, ROWS)
        ),
        batch_size=200,
    )  # fmt: skip
    assets = [
        AssetPage(
            page_ptr_id=page.pk,
            primary_stage=stages[n % len(stages)],
            review_by=today + timedelta(days=n % 400 - 40),
        )
        for n, page in enumerate(pages)
    ]
    for start in range(0, len(assets), 200):
        AssetPage._base_manager._insert(assets[start : start + 200], fields=AssetPage._meta.local_concrete_fields)
    through = AssetPage.personas.through
    rows = (through(assetpage_id=page.pk, persona_id=personas[n % len(personas)].pk) for n, page in enumerate(pages))
    through.objects.bulk_create(rows, batch_size=500)


def _client(user):
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client


def _ask(client, address: str) -> tuple[float, float, int, int, float]:
    """Seconds, seconds in the database, statements, bytes and CPU seconds of this process for one answer."""
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
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code}")
    return took, sum(spent), len(spent), len(answer.content), used


def _measured(client) -> tuple[dict, dict]:
    """Seconds of every round by screen, and the last round's whole answer."""
    times: dict[str, list] = {name: [] for name in SCREENS}
    for _ in range(ROUNDS):
        for name, address in SCREENS.items():
            times[name].append(_ask(client, address))
    return times, {name: found[-1] for name, found in times.items()}


def _report(times: dict, last: dict) -> None:
    for name, found in times.items():
        over = statistics.median(one[0] - empty[0] for one, empty in zip(found, times["empty"], strict=True))
        cpu = statistics.median(one[4] - empty[4] for one, empty in zip(found, times["empty"], strict=True))
        ratio = statistics.median(one[4] / empty[4] for one, empty in zip(found, times["empty"], strict=True))
        _say(f"newsroom.{name}.ms", statistics.median(one[0] for one in found) * 1000, "ms")
        _say(f"newsroom.{name}.db_ms", statistics.median(one[1] for one in found) * 1000, "ms")
        _say(f"newsroom.{name}.cpu_ms", statistics.median(one[4] for one in found) * 1000, "ms")
        _say(f"newsroom.{name}.statements", last[name][2], "statements")
        _say(f"newsroom.{name}.kb", last[name][3] / 1024, "KB")
        if name != "empty":
            _say(f"newsroom.{name}.over_empty_ms", over * 1000, "ms")
            _say(f"newsroom.{name}.cpu_over_empty_ms", cpu * 1000, "ms")
            _say(f"newsroom.{name}.cpu_ratio_to_empty", ratio, "ratio")


def _profile(client, address: str) -> None:
    with cProfile.Profile() as profile:
        for _ in range(3):
            _ask(client, address)
    pstats.Stats(profile, stream=sys.stdout).sort_stats(os.environ.get("SORT", "cumulative")).print_stats(70)


def _say(name: str, value: float, unit: str) -> None:
    sys.stdout.write(json.dumps({"name": name, "value": round(value, 2), "unit": unit}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
