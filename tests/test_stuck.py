"""Stuck work: one screen for what every app gave up; who may see it, trying again, dropping with a reason."""

from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock
from cms.models import BuyingStage, Job
from nurture.contacts.models import Account, Contact, StageChange
from nurture.mail.models import Delivery
from nurture.rules.models import ActionRun
from tests import ledger
from tracking.models import DraftMark, DropCount, Event, HeldDraft, Pending

pytestmark = [pytest.mark.db, pytest.mark.django_db]
KINDS = ("jobs", "drafts", "events", "stage-changes", "actions", "mails")


@pytest.fixture
def make_stuck():
    """make_stuck("mails") -> one dead row of that kind."""
    account = Account.objects.create(name="Northwind")

    def event():
        at = clock.now()
        one = Event(
            uuid=uuid4(), kind="asset_read", url="https://a.example/x", occurred_at=at, received_at=at, source="pixel"
        )
        ledger.store(one)
        return Pending.objects.create(
            consumer="nurture", event_uuid=one.uuid, attempts=3, dead_at=at, error="Why: event"
        )

    def draft():
        at = clock.now()
        url = {"url": "https://a.example/x?mail=ada@northwind.example"}
        held = HeldDraft(uuid=uuid4(), kind="asset_read", occurred_at=at, received_at=at, source="pixel", payload=url)
        held.attempts, held.dead_at, held.error = 3, at, "Why: draft"
        held.save()
        return held

    def contact():
        return Contact.objects.create(email=f"{uuid4().hex}@northwind.example", first_name="Ada", account=account)

    def change():
        at, stage = clock.now(), BuyingStage.objects.first()
        return StageChange.objects.create(
            contact=contact(),
            to_stage=stage,
            at=at,
            recorded_at=at,
            uuid=uuid4(),
            attempts=3,
            dead_at=at,
            error="Why: stage",
        )

    def run():
        at = clock.now()
        return ActionRun.objects.create(
            key=uuid4().hex,
            contact=contact(),
            cause_uuid=UUID(int=1),
            caused_at=at,
            cause={"rule": "A rule"},
            due_at=at,
            action="move_stage",
            state="dead",
            outcome="Why: action",
            created_at=at,
            finished_at=at,
            attempts=3,
        )

    def mail():
        at = clock.now()
        return Delivery.objects.create(
            occasion=f"rule:{uuid4()}",
            lane="alert",
            address="ada@northwind.example",
            address_hmac=uuid4().hex,
            subject="Read this",
            state="dead",
            not_before=at,
            created_at=at,
            last_error="Why: mail",
            attempts=3,
            crashes=3,
        )

    def job():
        return Job.objects.create(kind="none", title="Import", state="failed", error="Why: job", created_at=clock.now())

    made = dict(zip(KINDS, (job, draft, event, change, run, mail), strict=True))
    return lambda kind: made[kind]()


def decide(client, what, kind, row, **data):
    return client.post(reverse(f"stuck-{what}", args=[kind, row.pk]), data)


@pytest.mark.parametrize(("who", "status"), [("admin", 200), ("marketer", 302), ("owner", 302), ("stranger", 302)])
def test_only_admins_may_see_and_decide(client, request, who, status, make_stuck):
    row = make_stuck("jobs")
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("stuck")).status_code == status
    decide(client, "retry", "jobs", row)
    row.refresh_from_db()
    assert row.state == ("queued" if who == "admin" else "failed")


def test_nothing_stuck_says_what_would_stand_here(client, admin):
    client.force_login(admin)
    assert "Nothing is stuck" in client.get(reverse("stuck")).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_every_kind_is_listed_with_its_reason_in_a_fixed_number_of_queries(
    client, admin, make_stuck, number, django_assert_num_queries
):
    for kind in KINDS * number:
        make_stuck(kind)
    client.force_login(admin)
    client.get(reverse("stuck"))
    with django_assert_num_queries(21):
        page = client.get(reverse("stuck")).content.decode()
    assert [page.count(f"Why: {word}") for word in ("job", "draft", "event", "stage", "action", "mail")] == [number] * 6


@pytest.mark.parametrize("kind", KINDS)
def test_trying_again_starts_from_the_first_attempt_and_is_audited(client, admin, make_stuck, kind):
    row = make_stuck(kind)
    client.force_login(admin)
    assert client.get(reverse("stuck-retry", args=[kind, row.pk])).status_code == 405
    assert decide(client, "retry", kind, row).status_code == 302
    row.refresh_from_db()
    assert row.attempts == 0
    assert getattr(row, "state", None) in ("pending", "queued", None)
    assert getattr(row, "dead_at", None) is None
    logged = ModelLogEntry.objects.get(action="stuck.retried")
    assert (logged.user, logged.object_id, "Why: " in logged.data["why"]) == (admin, str(row.pk), True)
    assert decide(client, "retry", kind, row).status_code == 404  # nothing of that name is stuck any more


@pytest.mark.parametrize("kind", KINDS)
def test_dropping_asks_why_keeps_history_and_is_audited(client, admin, make_stuck, kind):
    row = make_stuck(kind)
    client.force_login(admin)
    assert "Why: " in client.get(reverse("stuck-drop", args=[kind, row.pk])).content.decode()
    assert "This field is required" in decide(client, "drop", kind, row, reason=" ").content.decode()
    assert decide(client, "drop", kind, row, reason="No longer wanted").status_code == 302
    kept = type(row).objects.filter(pk=row.pk).first()
    assert {
        "jobs": lambda: (kept.state, kept.error) == ("cancelled", "Why: job Dropped by hand: No longer wanted"),
        "drafts": lambda: (
            kept is None and (DropCount.objects.get().reason, DraftMark.objects.get().taken) == ("broken", 1)
        ),
        "events": lambda: kept is None and Event.objects.count() == 1,
        "stage-changes": lambda: (kept.reacted, kept.dead_at) == (True, None),
        "actions": lambda: kept.state == "skipped" and kept.outcome.endswith("No longer wanted"),
        "mails": lambda: kept.state == "cancelled" and kept.tries.get().text == "give up: No longer wanted",
    }[kind]()
    logged = ModelLogEntry.objects.get(action="stuck.dropped")
    assert (logged.user, logged.data["reason"]) == (admin, "No longer wanted")
    assert client.get(reverse("stuck-drop", args=[kind, row.pk])).status_code == 404


def test_a_kind_pages_by_key(client, admin, make_stuck):
    rows = [make_stuck("jobs") for _ in range(52)]
    client.force_login(admin)
    shown = client.get(reverse("stuck")).context["sections"][0]
    assert (len(shown["lines"]), shown["next_key"]) == (10, rows[42].pk)
    first = client.get(reverse("stuck"), {"kind": "jobs"}).context["sections"][0]
    assert (len(first["lines"]), first["next_key"]) == (50, rows[2].pk)
    rest = client.get(reverse("stuck"), {"kind": "jobs", "before": first["next_key"]}).context["sections"][0]
    assert [row.pk for row, _line in rest["lines"]] == [rows[1].pk, rows[0].pk]
    assert "No older ones" in client.get(reverse("stuck"), {"kind": "jobs", "before": rows[0].pk}).content.decode()


@pytest.mark.parametrize(("query", "status"), [({"kind": "none-such"}, 404), ({"kind": "jobs", "before": "x"}, 200)])
def test_wrong_parameters_are_told_or_passed_over(client, admin, query, status):
    client.force_login(admin)
    assert client.get(reverse("stuck"), query).status_code == status
