"""Who sees and decides which alert, and what deciding writes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from cms import clock
from nurture.contacts import timeline
from nurture.contacts.models import Account
from nurture.sales import alerts, inbox
from nurture.sales.models import Alert, AlertOutcome

pytestmark = pytest.mark.db


def url(alert):
    return reverse("nurture:alert", args=[alert.pk])


def cards(client, user, **query):
    client.force_login(user)
    return [card.contact.first_name for card in client.get(reverse("nurture:inbox"), query).context["cards"]]


def test_inbox_shows_each_their_own_and_the_manager_all(
    client, make_alert, make_contact, owner, colleague, manager, marketer, stranger
):
    make_alert()
    make_alert(make_contact("kim", account=Account.objects.create(name="Other", owner=colleague)))
    make_alert(make_contact("lou", account=None))
    seen = [cards(client, user) for user in (owner, colleague, manager, marketer)]
    assert seen == [["Ines"], ["Kim"], ["Lou", "Kim", "Ines"], ["Lou", "Kim", "Ines"]]
    client.force_login(stranger)
    assert client.get(reverse("nurture:inbox")).status_code == 302


def test_alert_is_for_its_owner_and_missing_for_others(
    client, make_alert, owner, colleague, stranger, manager, marketer, editor
):
    alert = make_alert()
    people = (owner, colleague, stranger, manager, marketer, editor)
    answers = {}
    for user in people:
        client.force_login(user)
        answers[user.username] = (client.get(url(alert)).status_code, client.post(url(alert)).status_code)
    assert answers == {
        "owner": (200, 422),
        "colleague": (404, 404),
        "stranger": (302, 302),
        "manager": (200, 422),
        "marketer": (200, 404),
        "editor": (302, 302),
    }
    client.force_login(owner)
    assert client.get(reverse("nurture:alert", args=[999])).status_code == 404
    assert AlertOutcome.objects.count() == 0


@pytest.mark.parametrize("outcome", ["accepted", "rejected", "recycled"])
def test_outcome_is_kept_audited_and_stands_on_the_timeline(client, make_alert, owner, contact, outcome):
    alert = make_alert()
    client.force_login(owner)
    answer = client.post(url(alert), {"outcome": outcome, "reason": " Spoke to her. ", "seen": ""})
    assert answer.status_code == 302
    kept = AlertOutcome.objects.get()
    assert (kept.outcome, kept.reason, kept.user) == (outcome, "Spoke to her.", owner)
    entry = ModelLogEntry.objects.get(action="nurture.alert_decided")
    assert (entry.user, entry.data) == (owner, {"outcome": outcome})
    assert [row.note for row in timeline.read(contact).entries if row.source == "outcome"] == ["Spoke to her."]
    assert (cards(client, owner), cards(client, owner, show="decided")) == ([], ["Ines"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"outcome": "rejected", "reason": " "}, "Say why you reject it"),
        ({"outcome": "sold"}, "Select a valid choice. sold is not one of the available choices."),
        ({}, "This field is required."),
    ],
)
def test_wrong_decision_is_refused_in_words(client, make_alert, owner, data, words):
    client.force_login(owner)
    answer = client.post(url(make_alert()), data)
    assert (answer.status_code, answer.context["wrong"].startswith(words)) == (422, True)
    assert AlertOutcome.objects.count() == 0


def test_second_decision_shows_the_first_and_writes_nothing(client, make_alert, owner, manager):
    alert = make_alert()
    first = alerts.decide(alert, "accepted", user=manager)
    client.force_login(owner)
    answer = client.post(url(alert), {"outcome": "rejected", "reason": "No budget", "seen": ""}, follow=True)
    assert "manager decided before you: accepted." in answer.content.decode()
    assert AlertOutcome.objects.get() == first
    client.post(url(alert), {"outcome": "rejected", "reason": "No budget", "seen": first.pk})
    assert [row.outcome for row in alert.outcomes.all()] == ["rejected", "accepted"]


def test_decision_about_one_that_never_was_writes_nothing(client, make_alert, owner):
    alert = make_alert()
    client.force_login(owner)
    answer = client.post(url(alert), {"outcome": "accepted", "seen": "9" * 30}, follow=True)
    assert "The decision that you saw is gone." in answer.content.decode()
    assert not AlertOutcome.objects.exists()


def test_decision_that_was_seen_may_be_changed_by_verb(make_alert, owner):
    alert = make_alert()
    first = alerts.decide(alert, "accepted", user=owner)
    with pytest.raises(alerts.AlreadyDecided) as late:
        alerts.decide(alert, "rejected", user=owner, at=clock.now())
    assert late.value.outcome == first


@pytest.mark.parametrize("number", [1, 3])
def test_inbox_costs_the_same_with_one_alert_and_three(client, make_alert, owner, number, django_assert_num_queries):
    for _ in range(number):
        alerts.decide(make_alert(), "accepted", user=owner)
        make_alert()
    client.force_login(owner)
    client.get(reverse("nurture:inbox"))
    for show, queries in (("open", 13), ("all", 13)):
        with django_assert_num_queries(queries):
            client.get(reverse("nurture:inbox"), {"show": show})


def test_number_that_waits_is_the_callers_own(client, make_alert, owner, colleague, manager, admin):
    alerts.decide(make_alert(), "accepted", user=owner)
    make_alert()
    assert [inbox.waiting(user) for user in (owner, colleague, manager)] == [1, 0, 1]
    for user, label in ((owner, b"Inbox (1)"), (colleague, b'"Inbox"')):
        client.force_login(user)
        assert client.get(reverse("wagtailadmin_home")).content.count(label) == 1


def test_empty_inbox_explains_what_brings_alerts(client, owner):
    client.force_login(owner)
    page = client.get(reverse("nurture:inbox")).content.decode()
    assert "Nobody to call right now" in page
    assert "read what sales and marketing agreed to be a signal" in page.replace("reads", "read")


def test_what_may_become_an_alert_stands_greyed_with_the_time_left(
    client, make_run, contact, piece, read, owner, colleague, manager
):
    make_run(read(contact, piece, hours=0), due_at=clock.now() + timedelta(seconds=41))
    for user, seen in ((owner, [contact]), (colleague, []), (manager, [contact])):
        client.force_login(user)
        answer = client.get(reverse("nurture:inbox"))
        assert [one.contact for one in answer.context["settling"]] == seen
    client.force_login(owner)
    counted = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("nurture:inbox")).content.decode()
        counted.append(len(queries))
        make_run(read(contact, piece, hours=0), due_at=clock.now() + timedelta(seconds=20))
        make_run(read(contact, piece, hours=0), due_at=clock.now() + timedelta(seconds=20))
    assert counted[0] == counted[1]
    assert "Being checked" in page
    assert "is-settling" in page
    assert client.get(reverse("nurture:inbox"), {"show": "all"}).context["settling"] == []


def test_alert_that_was_taken_back_is_not_open(client, make_alert, owner):
    alert = make_alert()
    Alert.objects.update(withdrawn_at=clock.now())
    assert cards(client, owner) == []
    assert inbox.waiting(owner) == 0
    client.force_login(owner)
    assert b"Taken back" in client.get(url(alert)).content
