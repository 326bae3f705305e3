"""A campaign's page: everything that points at it, from every app, and what came of it."""

import html
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry
from wagtail.test.utils.form_data import inline_formset, nested_form_data

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
    """What it shows, by kind; without the kinds of which there is nothing."""
    parts = answer.context["parts"]
    return {part.heading: [(row.label, row.note) for row in part.rows] for part in parts if part.rows}


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
    assert rows(answer) == {}
    parts = ("Pieces", "Costs", "Tracked links", "Came by it", "In the calendar", "What came of it with people")
    parts += ("Contacts", "Rules", "In mails", "Shared by")
    assert tuple(part.heading for part in answer.context["parts"]) == parts
    words = answer.content.decode()
    assert all(part.empty and part.empty in html.unescape(words) for part in answer.context["parts"])
    assert "Not known yet" in words
    assert "utm_campaign=hot-week" in words


def test_costs_are_added_up_and_go_before_the_budget(client, marketer, campaign, make_piece, monkeypatch):
    piece = make_piece("One")
    client.force_login(marketer)
    edit = reverse("campaigns:edit", args=[campaign.pk])
    fields = {"name": "Hot week", "objective": "x", "utm_campaign": "hot-week", "budget": "300"}
    costs = [{"what": "Stand", "amount": "450", "paid_on": "2026-03-01"}, {"what": "Back", "amount": "-50"}]
    answer = client.post(edit, fields | nested_form_data({"costs": inline_formset(costs)}))
    assert answer.status_code == 302
    told = {"views": 10, "readers": 8, "reads": 4, "downloads": 1, "useful": 2, "not_useful": 0}
    monkeypatch.setattr(ports.asset_figures, "_answer", lambda ids: {piece.pk: told})
    found = page(client, marketer, campaign)
    assert rows(found)["Costs"] == [("Stand", "450.00 EUR · 1 Mar 2026"), ("Back", "-50.00 EUR")]
    assert (found.context["result"].spent, str(found.context["result"].cost_of_a_reading)) == (Decimal(400), "100.00")
    assert "Spent for each reading" in found.content.decode()
    [entry] = ModelLogEntry.objects.for_instance(campaign).filter(action="wagtail.edit")
    assert entry.user == marketer


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
    with django_assert_num_queries(29):
        assert len(rows(client.get(reverse("campaigns:inspect", args=[campaign.pk])))["Pieces"]) == number
