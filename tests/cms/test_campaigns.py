"""A campaign's page: everything that points at it, from every app, and what came of it."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse

from cms import campaigns, clock, ports
from cms.models import AssetPage, Campaign, HomePage
from editorial.models import Entry
from tracking.models import Link

pytestmark = pytest.mark.db


@pytest.fixture
def campaign(db):
    values = {"objective": "Fewer warm loads", "utm_campaign": "hot-week", "budget": Decimal(300)}
    return Campaign.objects.create(name="Hot week", **values)


@pytest.fixture
def make_piece(campaign):
    def make(title, **fields):
        return HomePage.objects.get().add_child(instance=AssetPage(title=title, campaign=campaign, **fields))

    return make


def page(client, user, campaign):
    client.force_login(user)
    return client.get(reverse("campaigns:inspect", args=[campaign.pk]))


def rows(answer):
    return {part.heading: [(row.label, row.note) for row in part.rows] for part in answer.context["parts"]}


def test_page_shows_pieces_entries_and_links_of_the_campaign_and_no_others(client, marketer, campaign, make_piece):
    make_piece("Seven checks")
    make_piece("Draft", live=False)
    HomePage.objects.get().add_child(instance=AssetPage(title="Another's"))
    Entry.objects.create(title="Winter", campaign=campaign, due_on=date(2026, 12, 1))
    Entry.objects.create(title="Dropped", campaign=campaign, step=Entry.Step.DROPPED)
    for name in ("hot-week", "cold-week"):
        utm = {"campaign": name, "source": "fair", "medium": "print"}
        Link.objects.create(ref=uuid4(), label=name, destination="https://x.example", utm=utm, created_at=clock.now())
    assert rows(page(client, marketer, campaign)) == {
        "Pieces": [("Draft", "Article · not published"), ("Seven checks", "Article")],
        "Tracked links": [("hot-week", "fair · print")],
        "In the calendar": [("Winter", "Idea · 1 Dec 2026")],
    }


def test_empty_campaign_says_how_things_come_to_it(client, marketer, campaign):
    answer = page(client, marketer, campaign)
    assert rows(answer) == {"Pieces": [], "Tracked links": [], "In the calendar": []}
    words = answer.content.decode()
    assert "Not known yet" in words
    assert "utm_campaign=hot-week" in words


def test_result_adds_up_the_pieces_and_divides_the_budget_by_readings(campaign, make_piece, monkeypatch):
    one, two = make_piece("One"), make_piece("Two")
    told = {"views": 10, "readers": 8, "reads": 4, "downloads": 1, "useful": 2, "not_useful": 0}
    monkeypatch.setattr(ports.asset_figures, "_answer", lambda ids: {one.pk: told, two.pk: told | {"reads": 2}})
    result = campaigns.result(campaign)
    assert (result.pieces, result.views, result.reads, str(result.cost_of_a_reading)) == (2, 20, 6, "50.00")
    monkeypatch.setattr(ports.asset_figures, "_answer", lambda ids: {})
    assert (campaigns.result(campaign).known, campaigns.result(campaign).cost_of_a_reading) == (False, None)


def test_page_is_for_writers(client, campaign, marketer, editor, owner, stranger):
    answers = {user.username: page(client, user, campaign).status_code for user in (marketer, editor, owner, stranger)}
    assert answers == {"marketer": 200, "editor": 200, "owner": 302, "stranger": 302}


@pytest.mark.parametrize("number", [1, 3])
def test_page_costs_the_same_with_one_thing_of_each_kind_and_three(
    client, marketer, campaign, make_piece, number, django_assert_num_queries
):
    for n in range(number):
        make_piece(f"Piece {n}")
        Entry.objects.create(title=f"Entry {n}", campaign=campaign)
    page(client, marketer, campaign)
    with django_assert_num_queries(19):
        assert len(rows(client.get(reverse("campaigns:inspect", args=[campaign.pk])))["Pieces"]) == number
