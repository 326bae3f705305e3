"""What rules did: who may look, how it pages, what can be tried again."""

from uuid import uuid4

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock
from nurture.rules.models import ActionRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_run(make_contact):
    """make_run(state="dead") -> a run for one contact."""
    contacts = []

    def make(state="done", outcome="Moved."):
        contacts[:] = contacts or [make_contact()]
        now = clock.now()
        return ActionRun.objects.create(
            key=uuid4().hex, contact=contacts[0], cause_uuid=uuid4(), caused_at=now, cause={"rule": "A rule"},
            action="move_stage", state=state, outcome=outcome, due_at=now, created_at=now,
        )  # fmt: skip

    return make


def test_list_says_contact_rule_action_and_outcome(client, marketer, make_run):
    make_run()
    client.force_login(marketer)
    page = client.get(reverse("nurture:runs")).content.decode()
    assert [text in page for text in ("Ines", "A rule", "Move to a stage", "Moved.")] == [True] * 4


def test_empty_list_says_what_will_stand_here(client, marketer):
    client.force_login(marketer)
    assert "each of its actions is a line here" in client.get(reverse("nurture:runs")).content.decode()


@pytest.mark.parametrize(("who", "status"), [("marketer", 200), ("owner", 302), ("stranger", 302), ("editor", 302)])
def test_only_those_who_set_rules_may_look(client, request, who, status, make_run):
    make_run()  # Wagtail sends those who may not look back to its front page, with a message
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("nurture:runs")).status_code == status


def test_pages_go_on_by_key_and_state_narrows(client, marketer, make_run):
    runs = [make_run() for _ in range(21)]
    dead = make_run("dead", "The template is gone.")
    client.force_login(marketer)
    first = client.get(reverse("nurture:runs")).context
    assert (first["runs"][0].pk, first["older"]) == (dead.pk, runs[2].pk)
    rest = client.get(reverse("nurture:runs"), {"older": first["older"]}).context
    assert [run.pk for run in rest["runs"]] == [runs[1].pk, runs[0].pk]
    assert [run.pk for run in client.get(reverse("nurture:runs"), {"state": "dead"}).context["runs"]] == [dead.pk]


@pytest.mark.parametrize("query", [{"older": "x"}, {"older": "9" * 40}, {"state": "none-such"}])
def test_wrong_parameter_shows_the_first_page(client, marketer, make_run, query):
    run = make_run()
    client.force_login(marketer)
    assert list(client.get(reverse("nurture:runs"), query).context["runs"]) == [run]


def test_given_up_run_is_tried_again_and_audited(client, marketer, make_run):
    run = make_run("dead")
    client.force_login(marketer)
    assert client.post(reverse("nurture:retry-run", args=[run.pk])).status_code == 302
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("pending", 0)
    assert ModelLogEntry.objects.get(action="nurture.run_retried").user == marketer


def test_run_that_was_not_given_up_is_left_alone(client, marketer, make_run):
    run = make_run("done")
    client.force_login(marketer)
    client.post(reverse("nurture:retry-run", args=[run.pk]))
    run.refresh_from_db()
    assert (run.state, ModelLogEntry.objects.filter(action="nurture.run_retried").count()) == ("done", 0)


def test_retry_is_a_post_and_not_for_everybody(client, make_user, make_run):
    run = make_run("dead")
    client.force_login(make_user("analyst", "Analyst"))
    assert client.get(reverse("nurture:retry-run", args=[run.pk])).status_code == 405
    assert client.post(reverse("nurture:retry-run", args=[run.pk])).status_code == 302
    run.refresh_from_db()
    assert run.state == "dead"


@pytest.mark.parametrize("number", [1, 3])
def test_number_of_queries_does_not_grow(client, marketer, make_run, number, django_assert_num_queries):
    for _ in range(number):
        make_run()
    client.force_login(marketer)
    client.get(reverse("nurture:runs"))
    with django_assert_num_queries(11):
        client.get(reverse("nurture:runs"))
