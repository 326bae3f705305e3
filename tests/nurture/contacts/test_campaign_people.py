"""Whom a campaign brought, and what followed: on its page, for whom it concerns."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from cms import clock
from cms.models import Campaign, CampaignCost
from nurture.contacts import campaign_people
from nurture.contacts.models import Engagement, Identity, StageChange
from tracking.models import Event, Visitor

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]


@pytest.fixture
def campaign(db):
    return Campaign.objects.create(name="Hot week", objective="Fewer warm loads", utm_campaign="hot-week")


@pytest.fixture
def came(campaign):
    """came(hours=2, contact=ines, visitor=…, verdict=…) -> somebody came by an address that carries its name."""

    def make(hours=2, contact=None, visitor=None, **fields):
        at = clock.now() - timedelta(hours=hours)
        values = {"uuid": uuid.uuid4(), "kind": "page_viewed", "source": "script", "occurred_at": at, "received_at": at}
        values |= {"campaign": campaign, "visitor": visitor, "utm": {"source": "fair", "medium": "print"}}
        event = Event.objects.create(**(values | fields))
        if contact:
            human = event.verdict == "human"
            done = {"kind": event.kind, "occurred_at": at, "human": human, "event_uuid": event.uuid}
            Engagement.objects.create(contact=contact, **done)
        return event

    return make


def move(contact, stages, hours):
    at = clock.now() - timedelta(hours=hours)
    values = {"from_stage": stages[0], "to_stage": stages[1], "reason": "x", "uuid": uuid.uuid4()}
    return StageChange.objects.create(contact=contact, at=at, recorded_at=at, **values)


def parts(client, user, campaign):
    client.force_login(user)
    answer = client.get(reverse("campaigns:inspect", args=[campaign.pk]))
    return {part.heading: [(row.label, row.note) for row in part.rows] for part in answer.context["parts"]}


def browser(hours=9):
    at = clock.now() - timedelta(hours=hours)
    return Visitor.objects.create(key=uuid.uuid4(), first_seen_at=at, last_seen_at=at)


def test_contacts_count_once_and_colleagues_robots_and_other_campaigns_do_not(campaign, came, make_contact):
    ines, colleague = make_contact("ines"), make_contact("ana", internal=True)
    came(contact=ines)
    came(hours=5, contact=ines)
    came(contact=colleague)
    came(contact=make_contact("robot"), verdict="robot")
    came(contact=make_contact("other"), campaign=Campaign.objects.create(name="Cold week", utm_campaign="cold-week"))
    found = campaign_people.of(campaign.pk)
    assert list(found.contacts) == [ines.pk]
    assert len(found.contacts[ines.pk]) == 2


def test_a_move_forward_after_coming_counts_and_one_before_does_not(campaign, came, make_contact, stages):
    ines, jon = make_contact("ines"), make_contact("jon")
    came(hours=5, contact=ines)
    came(hours=5, contact=jon)
    move(ines, stages, hours=3)
    move(jon, stages, hours=7)
    assert campaign_people.of(campaign.pk).moves == 1


def test_browser_that_came_unknown_and_was_tied_after_became_known(campaign, came, contact):
    after, before = browser(), browser()
    came(hours=5, visitor=after)
    came(hours=5, visitor=before)
    for visitor, hours in ((after, 1), (before, 8)):
        at = clock.now() - timedelta(hours=hours)
        Identity.objects.create(contact=contact, visitor=visitor, kind="form", created_at=at)
    assert campaign_people.of(campaign.pk).became_known == 1


def test_page_tells_the_channels_the_people_and_the_costs(client, marketer, campaign, came, contact):
    came(hours=5, contact=contact)
    came(utm={"source": "letter"})
    came(verdict="robot", utm={"source": "robots"})
    CampaignCost.objects.create(campaign=campaign, what="Stand", amount=Decimal(1200))
    found = parts(client, marketer, campaign)
    assert [label for label, _note in found["Came by it"]] == ["fair · print", "letter"]
    assert found["Came by it"][0][1].startswith("1 page opened, last on ")
    assert dict(found["What came of it with people"])["Contacts who came by it"] == "1"
    [(name, note)] = found["Contacts"]
    assert (name, "came once" in note, note.startswith(str(contact.stage))) == (str(contact), True, True)
    assert found["Costs"] == [("Stand", "1200.00 EUR")]


def test_editor_sees_how_many_and_not_who(client, editor, campaign, came, contact):
    came(contact=contact)
    found = parts(client, editor, campaign)
    assert dict(found["What came of it with people"])["Contacts who came by it"] == "1"
    assert "Contacts" not in found
    assert str(contact) not in str(found)


@pytest.mark.parametrize("number", [1, 3])
def test_people_take_the_same_queries(campaign, came, make_contact, number, django_assert_num_queries):
    for n in range(number):
        came(contact=make_contact(f"ines{n}"), visitor=browser())
    with django_assert_num_queries(6):
        assert len(campaign_people.of(campaign.pk).contacts) == number
