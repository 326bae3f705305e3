"""Readers whose browser says Global Privacy Control or Do Not Track, by the links of their mail."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nurture import pipeline
from nurture.contacts.models import Engagement
from tests.nurture.test_reconsidering import click, contact
from tests.nurture.test_respecting import say
from tracking import privacy, queries, wordings
from tracking.models import ConsentEvent, Event

pytestmark = [pytest.mark.django_db, pytest.mark.db]
__all__ = ["click", "contact"]


@pytest.fixture
def signalled(click):
    """signalled() -> the event of a link of the contact's mail, followed in a browser that objects."""

    def make(verdict="human"):
        event = click()
        Event.objects.filter(uuid=event.uuid).update(properties={privacy.SIGNAL: "gpc"}, verdict=verdict)
        return event

    return make


def answers():
    return list(ConsentEvent.objects.values_list("subject", "purpose", "action", "source", "proof"))


def test_nothing_is_tied_to_them_and_the_signal_is_a_no_that_works_backwards(contact, click, signalled):
    before = click()
    pipeline.react()
    assert Engagement.objects.get().event_uuid == before.uuid
    event = signalled()
    pipeline.react()
    pipeline.respect()
    assert Engagement.objects.count() == 0
    assert {one.link_ref for one in queries.events([before.uuid, event.uuid])} == {None}
    proof = {"signal": "gpc", "event": str(event.uuid)}
    assert answers() == [(contact.subject, wordings.CLICK_PROFILE, "withdrawn", "signal", proof)]
    click()
    pipeline.react()
    assert Engagement.objects.count() == 0


def test_it_is_said_once_and_a_yes_of_their_own_stands_but_for_what_came_with_it(contact, click, signalled):
    for _ in range(2):
        signalled()
    pipeline.react()
    signalled()
    pipeline.react()
    assert len(answers()) == 1
    say(contact.subject, wordings.CLICK_PROFILE, True)
    signalled()
    click()
    pipeline.react()
    assert (len(answers()), Engagement.objects.count()) == (
        2,
        1,
    )


def test_robot_objects_for_nobody(contact, signalled):
    signalled(verdict="robot")
    pipeline.react()
    assert (answers(), Engagement.objects.count()) == ([], 0)


def test_any_number_of_them_takes_the_same_statements(contact, signalled):
    def statements(number):
        for _ in range(number):
            signalled()
        with CaptureQueriesContext(connection) as asked:
            pipeline.react()
        ConsentEvent.objects.all().delete()
        return len(asked)

    assert statements(1) == statements(5)


def test_their_page_says_so(client, contact, signalled, owner):
    signalled()
    pipeline.react()
    client.force_login(owner)
    page = client.get(reverse("nurture:contact", args=[contact.pk])).content.decode()
    assert "Global Privacy Control" in page
    assert "Withdrew consent to being recognised by the links of their mail" in page
    assert "They object to being recognised" in page
    assert "counts all the same" not in page
