"""Reports > Health: who may look, what it says, and that nothing outside can hold it up. The two probes."""

import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.urls import reverse

from cms import clock, health, probes
from cms.models import Heartbeat, Job

QUERIES = {"sqlite": 37, "postgresql": 39}  # PostgreSQL is also asked for its months
pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.mark.parametrize(("who", "status"), [("admin", 200), ("marketer", 302), ("owner", 302), ("stranger", 302)])
def test_only_admins_may_look(client, request, who, status):
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("health")).status_code == status


def test_page_tells_processes_lags_figures_and_what_fails(client, admin, monkeypatch):
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    Heartbeat.objects.create(name="worker@a:1", seen_at=now - timedelta(seconds=9))
    Heartbeat.objects.create(name="worker@a:2", seen_at=now - timedelta(minutes=5))
    Heartbeat.objects.create(name="beat@a:3", seen_at=now - timedelta(hours=3))
    Job.objects.create(kind="none", title="Import", created_at=now - timedelta(minutes=9))
    client.force_login(admin)
    found = client.get(reverse("health")).context
    assert [(row["role"], row["alive"], row["ago"]) for row in found["processes"]] == [
        ("beat", 0, "3 hours"),
        ("worker", 1, "9 seconds"),
    ]
    late = {lag["name"]: (lag["waited"], lag["is_late"]) for lag in found["lags"] if lag["since"]}
    assert late == {"Jobs": ("9 minutes", True)}
    assert "processes" in {check.name for check, _finding in found["failing"]}
    assert {"schema", "inbox", "mail server", "broker"} <= {check.name for check, _ in found["passing"]}
    assert set(found["left_out"]) == {"database", "ledger sum"}
    assert len(found["lags"]) >= 5


@pytest.mark.parametrize("number", [1, 3])
def test_number_of_queries_does_not_grow(client, admin, number, django_assert_num_queries):
    for one in range(number):
        Heartbeat.objects.create(name=f"worker@a:{one}", seen_at=clock.now())
        Job.objects.create(kind="none", title="Import", created_at=clock.now())
    client.force_login(admin)
    client.get(reverse("health"))
    with django_assert_num_queries(QUERIES[connection.vendor]):
        client.get(reverse("health"))


def test_what_does_not_answer_holds_nobody_up(monkeypatch):
    asked = []

    def hang():
        asked.append(time.sleep(0.3))

    checks = [
        health.Check("far", hang, health.Reach.OUTSIDE),
        health.Check("broken", lambda: {}["x"]),
        health.Check("whole", hang, health.Reach.WHOLE),
    ]
    monkeypatch.setattr(health, "checks", lambda: checks)
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.05)
    found = {check.name: finding for check, finding in health.quick_findings()}
    assert (asked, set(found)) == ([], {"far", "broken"})
    assert (found["far"].ok, "No answer within" in found["far"].message) == (False, True)
    assert found["broken"].message == "KeyError: 'x'"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probes_answer_whoever_asks_under_any_name_and_tell_nothing(client, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get(path, HTTP_HOST="10.0.0.7:8000")
    assert (answer.status_code, answer.content, answer["Cache-Control"]) == (200, b"ok\n", "no-store")
    assert "Set-Cookie" not in answer


def test_without_its_database_it_lives_and_is_not_ready(client, monkeypatch):
    class Away:
        def cursor(self):
            raise OperationalError("secret detail")

    monkeypatch.setattr(probes, "connection", Away())
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready\n")
