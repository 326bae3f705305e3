"""The list of subscriptions: for whom, how many queries, what it narrows by."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cms import clock
from cms.models import Topic
from nurture.contacts.models import Account, Contact
from nurture.subscriptions.models import Subscription

pytestmark = [pytest.mark.django_db, pytest.mark.db]
LIST = reverse("nurture:subscriptions")
QUERIES = 13  # nine are the admin's own: session, user, groups, permissions, locale, sidebar


@pytest.fixture
def subscribe(db):
    """subscribe("ines") -> the live subscription of a new contact of that name."""

    def make(name, **fields):
        contact = Contact.objects.create(
            email=f"{name}@example.com", first_name=name, account=fields.pop("account", None)
        )
        now = clock.now()
        given = {"state": "live", "asked_at": now, "confirmed_at": now, "since": now, "due_at": now + timedelta(days=7)}
        return Subscription.objects.create(contact=contact, **given | fields)

    return make


def test_list_is_for_who_may_see_contacts_and_shows_each_their_own(
    client, subscribe, marketer, owner, colleague, stranger
):
    account = Account.objects.create(name="Brack", domain="brack.example", owner=owner)
    subscribe("ines", account=account)
    seen = {}
    for user in (marketer, owner, colleague, stranger):
        client.force_login(user)
        answer = client.get(LIST)
        seen[user.username] = (answer.status_code, b"ines" in answer.content)
    assert seen == {
        "marketer": (200, True),
        "owner": (200, True),
        "colleague": (200, False),
        "stranger": (302, False),
    }


def test_list_takes_the_same_queries_with_one_and_three(client, marketer, subscribe, django_assert_num_queries):
    client.force_login(marketer)
    topic = Topic.objects.create(slug="cost", name="Cost")
    client.get(LIST)
    for count in (1, 3):
        for n in range(count):
            subscribe(f"reader{count}{n}").topics.add(topic)
        with django_assert_num_queries(QUERIES):
            client.get(LIST)


def test_list_narrows_by_cadence_topic_and_state(client, marketer, subscribe):
    topic = Topic.objects.create(slug="cost", name="Cost")
    subscribe("weekly").topics.add(topic)
    subscribe("monthly", cadence="monthly")
    subscribe("gone", state="ended", due_at=None)
    client.force_login(marketer)

    def names(**asked):
        return [row.contact.first_name for row in client.get(LIST, asked).context["object_list"]]

    assert client.get(LIST).content.decode().count("Every topic") == 1
    assert names(cadence="monthly") == ["monthly"]
    assert names(topics=topic.pk) == ["weekly"]
    assert names(state="ended") == ["gone"]


def test_empty_list_says_where_they_come_from(client, marketer):
    client.force_login(marketer)
    assert "Nobody is subscribed" in client.get(LIST).content.decode()
