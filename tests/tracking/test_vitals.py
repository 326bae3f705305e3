"""How the ledger is, as a page and as a command."""

import io
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command

from cms import clock, policy
from tracking import inbox, pipeline, rollups
from tracking.models import Draft, DropCount

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
HEALTH = "/admin/ledger/health/"
PEOPLE = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def draft(agent=PEOPLE, kind="page_viewed", age=0):
    at = clock.now() - timedelta(seconds=age)
    values = {"occurred_at": at, "received_at": at, "payload": {"url": "/"}, "facts": {"ua": agent}}
    return Draft(uuid=uuid4(), kind=kind, source="script", **values)


@pytest.fixture
def a_day():
    """Three people, a robot, one draft of an unknown kind; one more waits for two minutes."""
    inbox.submit([draft(), draft(), draft(), draft("Googlebot/2.1"), draft(kind="tea_drunk")])
    pipeline.run_batch()
    rollups.refresh(hurry=True)
    inbox.submit([draft(age=125)])


@pytest.mark.usefixtures("a_day")
def test_the_command_says_all_in_one_line():
    out = io.StringIO()
    call_command("ledger", "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert {name: found[name] for name in ("stored", "dropped", "inbox", "spool", "robot_share", "stale")} == {
        "stored": 4,
        "dropped": {"unknown_kind": 1},
        "inbox": 1,
        "spool": 0,
        "robot_share": 0.25,
        "stale": 0,
    }
    assert 125 <= found["lag"] < 200
    assert (found["balance"]["holds"], found["balance"]["total"]) == (True, 6)


@pytest.mark.usefixtures("a_day")
def test_the_page_says_what_waits_and_what_was_dropped(client, marketer):
    client.force_login(marketer)
    assert "It holds" in client.get(f"{HEALTH}?sum=1").content.decode()
    DropCount.objects.create(reason="duplicate", hour=clock.now() - timedelta(days=3), count=40)
    page = client.get(HEALTH).content.decode()
    for said in ("2 min", "1 event waits in the inbox", "25 %", "Start a worker", "40 × sent twice", "Count it now"):
        assert said in page
    assert "It does not hold" in client.get(f"{HEALTH}?sum=1").content.decode()


def test_a_new_ledger_is_well(client, make_user):
    client.force_login(make_user("ana", policy.ANALYST))
    page = client.get(HEALTH).content.decode()
    assert page.count("Nothing was dropped.") == 2
    assert "The inbox is empty" in page


def test_only_who_may_see_the_ledger_sees_its_health(client, owner, stranger):
    for person in (owner, stranger):
        client.force_login(person)
        assert client.get(HEALTH).status_code == 302


def test_it_costs_the_same_for_any_number_of_days(client, marketer, django_assert_num_queries):
    client.force_login(marketer)
    client.get(HEALTH)
    literal = 16 if inbox.alias() == "inbox" else 17  # the inbox file's own questions are not counted
    for days in (1, 3):
        for day in range(days):
            DropCount.objects.get_or_create(reason="broken", hour=clock.now() - timedelta(days=day, hours=days))
        with django_assert_num_queries(literal):
            client.get(HEALTH)
