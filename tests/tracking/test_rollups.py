"""What is counted by day is what the events say, whatever happened to them since."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db.models import Count, Q

from cms import clock
from cms.models import AssetPage, BuyingStage, HomePage, Topic
from tracking import accounts, inbox, pipeline, rollups
from tracking.models import AssetDay, Draft, Event

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 9)
KINDS = ("page_viewed", "asset_read", "asset_downloaded", "asset_rated", "link_followed")
PEOPLE = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def pieces():
    home = HomePage.objects.get()
    return [home.add_child(instance=AssetPage(title=f"Piece {n}", slug=f"piece-{n}")) for n in range(3)]


def draft(chance, pieces):
    asset = chance.choice([None, *(piece.pk for piece in pieces)])
    at = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(8 * 24 * 60))
    visitor = str(UUID(int=chance.randrange(1, 4))) if chance.random() < 0.6 else ""
    return Draft(
        uuid=uuid4(),
        kind=chance.choice(KINDS),
        source="script",
        occurred_at=at,
        received_at=at,
        payload={"asset": asset} | ({"visitor": visitor} if visitor else {}),
        facts={"ua": chance.choice([PEOPLE, "Googlebot/2.1 (+http://www.google.com/bot.html)"])},
    )


def drain():
    while pipeline.run_batch():
        pass
    while rollups.refresh(hurry=True):
        pass


def counted():
    return {
        (row.asset_id, row.day): {name: getattr(row, name) for name in rollups.COUNTED}
        for row in AssetDay.objects.all()
    }


def from_events():
    """The same from every event, without the code that is tested."""
    days = {}
    for event in Event.objects.all():
        key = (event.asset_id or 0, event.occurred_at.date())
        row, readers = days.setdefault(key, (dict.fromkeys(rollups.COUNTED, 0), set()))
        row["events"] += 1
        row["robots"] += event.verdict == "robot"
        if event.verdict == "human":
            row["people"] += 1
            for name, kind in zip(("views", "reads", "downloads", "ratings"), KINDS, strict=False):
                row[name] += event.kind == kind
            readers |= {event.visitor_id} - {None}
            row["readers"] = len(readers)
    return {key: row for key, (row, _readers) in days.items()}


def change_something(chance, pieces, sent):
    """One of the things that happen to a ledger."""
    what = chance.choice(["store", "store", "send again", "judge anew", "forget", "retag"])
    events = Event.objects.order_by("?")
    if what == "store":
        sent += (fresh := [draft(chance, pieces) for _ in range(chance.randrange(1, 6))])
        inbox.submit(fresh)
    elif what == "send again" and sent:
        again = chance.choice(sent)
        again.pk = None
        inbox.submit([again])
    elif what == "judge anew" and (event := events.first()):
        Event.objects.filter(uuid=event.uuid).update(verdict=chance.choice(["human", "robot", "internal"]))
        rollups.mark_stale(rollups.days_of([event]))
    elif what == "forget" and (event := events.first()):
        accounts.forget(event.uuid)
    elif what == "retag":
        piece = chance.choice(pieces)
        piece.primary_stage = chance.choice([None, *BuyingStage.objects.all()[:2]])
        piece.topics.set(chance.sample(list(Topic.objects.all()), chance.randrange(3)))
        piece.save()
    if chance.random() < 0.5:
        drain()


@pytest.mark.parametrize("seed", range(4))
def test_after_any_history_the_counts_are_those_of_the_events(pieces, seed):
    chance, sent = random.Random(seed), []
    for name in ("Cold", "Law", "Cost"):
        Topic.objects.get_or_create(name=name, slug=name.lower())
    for _ in range(25):
        change_something(chance, pieces, sent)
    drain()
    assert Event.objects.count() > 5
    assert counted() == from_events()
    people = Count("pk", filter=Q(verdict="human"))
    pages = {page.pk: page for page in AssetPage.objects.all()}
    stages, topics = {}, {}
    for row in Event.objects.filter(asset__isnull=False).order_by().values("asset").annotate(n=people):
        page = pages[row["asset"]]
        stages[page.primary_stage_id] = stages.get(page.primary_stage_id, 0) + row["n"]
        for topic in page.topics.values_list("pk", flat=True):
            topics[topic] = topics.get(topic, 0) + row["n"]
    assert {stage: row["people"] for stage, row in rollups.by_stage(FIRST, LAST).items()} == stages
    assert {topic: row["people"] for topic, row in rollups.by_topic(FIRST, LAST).items()} == topics
    assert sum(row["events"] for row in rollups.by_day(FIRST, LAST)) == Event.objects.count()
    assert rollups.totals(FIRST, LAST)["people"] == Event.objects.filter(verdict="human").count()
    assert accounts.balance().holds


def test_a_rebuild_mends_what_was_changed_behind_its_back(pieces, capsys):
    inbox.submit([draft(random.Random(1), pieces) for _ in range(20)])
    drain()
    right = counted()
    AssetDay.objects.update(views=99)
    AssetDay.objects.create(asset_id=77, day=FIRST, events=5, changed_at=clock.now())
    call_command("rollups", "--rebuild")
    assert counted() == right == from_events()
    assert '"days"' in capsys.readouterr().out


def test_a_busy_day_is_counted_less_often_and_never_forgotten(monkeypatch, pieces):
    monkeypatch.setattr(rollups, "PAUSE", timedelta(hours=1))
    one, two = (draft(random.Random(n), pieces[:0]) for n in (1, 2))
    two.occurred_at = one.occurred_at
    inbox.submit([one])
    drain()
    inbox.submit([two])
    pipeline.run_batch()
    assert rollups.refresh() == 0
    assert AssetDay.objects.get().events == 1
    later = clock.now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert rollups.refresh() == 1
    assert AssetDay.objects.get().events == 2


def test_counting_a_day_costs_the_same_for_any_number_of_events(pieces, django_assert_num_queries):
    for number in (1, 4):
        rows = [draft(random.Random(7), pieces) for _ in range(number)]
        inbox.submit(rows)
        pipeline.run_batch()
        with django_assert_num_queries(9):
            assert rollups.refresh() == 1
        AssetDay.objects.all().delete()
