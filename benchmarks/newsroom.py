"""`python -m benchmarks.newsroom`: calendar and map with 10,000 entries and as many pieces, beside an empty list.

In alternating rounds of one run, medians: one JSON line a figure on standard output. The pages are asked of Django in
this process, without a server between, so that a figure is the page and nothing else. On SQLite in a temporary folder,
or on a PostgreSQL that lets us make databases with `DATABASE=postgres`. With `PROFILE=calendar.month` that one screen
under cProfile instead. docs/benchmarks.md
"""

import contextlib
import os
import statistics
import tempfile
import time
from datetime import timedelta

from benchmarks import pages
from benchmarks.running import COMMON, manage, postgres

ROUNDS = int(os.environ.get("ROUNDS", "7"))
ROWS = int(os.environ.get("ROWS", "10000"))
CALENDAR, MAP = "/admin/newsroom/calendar/", "/admin/newsroom/coverage/"
EMPTY = "/admin/newsroom/coverage/planned/?stage=none&persona=none&q=nothing-is-called-this"
SCREENS = {
    "empty": EMPTY,
    "calendar.month": CALENDAR,
    "calendar.week": f"{CALENDAR}?view=week",
    "calendar.quarter": f"{CALENDAR}?view=quarter",
    "calendar.list": f"{CALENDAR}?view=list",
    "calendar.board": f"{CALENDAR}?view=board",
    "coverage.map": MAP,
    "coverage.age": f"{MAP}?age=old",
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
            pages.ask(client, address)
        if name := os.environ.get("PROFILE"):
            pages.profile(client, SCREENS[name])
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
    _tag()
    _count(today)
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


def _tag() -> None:
    """Every piece and every plan is about one of 30 topics, all of them on the list of interests."""
    from cms.models import AssetPage, AssetTopic, Topic
    from editorial.models import Entry, Interest

    topics = [Topic.objects.create(slug=f"bench-{n}", name=f"Topic {n}") for n in range(30)]
    Interest.objects.bulk_create(Interest(topic=topic, every_weeks=6, sort_order=n) for n, topic in enumerate(topics))
    pieces = enumerate(AssetPage.objects.order_by("pk").values_list("pk", flat=True))
    AssetTopic.objects.bulk_create(
        (AssetTopic(content_object_id=pk, tag=topics[n % 30]) for n, pk in pieces), batch_size=500
    )
    about, plans = Entry.topics.through, enumerate(Entry.objects.order_by("pk").values_list("pk", flat=True))
    about.objects.bulk_create((about(entry_id=pk, topic_id=topics[n % 30].pk) for n, pk in plans), batch_size=500)


def _count(today) -> None:
    """What the worker has counted: a scorecard a piece, and the map."""
    from django.utils import timezone

    from cms.models import AssetPage, Scorecard
    from editorial import coverage_recount

    figures = {"days": 90, "counted_at": timezone.now()}
    cards = (
        Scorecard(asset_id=pk, readers=n % 90, placed=n % 90, relevant=n % 60 * (n % 90 >= n % 60), **figures)
        for n, pk in enumerate(AssetPage.objects.order_by("pk").values_list("pk", flat=True))
    )
    Scorecard.objects.bulk_create(cards, batch_size=500)
    begun = time.process_time()
    coverage_recount.recount()
    pages.say("newsroom.coverage.recount_cpu_ms", (time.process_time() - begun) * 1000, "ms")


def _client(user):
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client


def _measured(client) -> tuple[dict, dict]:
    """Seconds of every round by screen, and the last round's whole answer."""
    times: dict[str, list] = {name: [] for name in SCREENS}
    for _ in range(ROUNDS):
        for name, address in SCREENS.items():
            times[name].append(pages.ask(client, address))
    return times, {name: found[-1] for name, found in times.items()}


def _report(times: dict, last: dict) -> None:
    for name, found in times.items():
        over = statistics.median(one.took - empty.took for one, empty in zip(found, times["empty"], strict=True))
        cpu = statistics.median(one.cpu - empty.cpu for one, empty in zip(found, times["empty"], strict=True))
        ratio = statistics.median(one.cpu / empty.cpu for one, empty in zip(found, times["empty"], strict=True))
        pages.say(f"newsroom.{name}.ms", statistics.median(one.took for one in found) * 1000, "ms")
        pages.say(f"newsroom.{name}.db_ms", statistics.median(one.database for one in found) * 1000, "ms")
        pages.say(f"newsroom.{name}.cpu_ms", statistics.median(one.cpu for one in found) * 1000, "ms")
        pages.say(f"newsroom.{name}.statements", last[name].statements, "statements")
        pages.say(f"newsroom.{name}.kb", last[name].size / 1024, "KB")
        if name != "empty":
            pages.say(f"newsroom.{name}.over_empty_ms", over * 1000, "ms")
            pages.say(f"newsroom.{name}.cpu_over_empty_ms", cpu * 1000, "ms")
            pages.say(f"newsroom.{name}.cpu_ratio_to_empty", ratio, "ratio")


if __name__ == "__main__":
    main()
