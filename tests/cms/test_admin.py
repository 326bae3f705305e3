"""The library's lists: what they cost, who may see them, and that stages can be put in order."""

import pytest
from django.urls import reverse

from cms import clock
from cms.admin.assets import useful_in_words
from cms.models import AssetPage, Author, BuyingStage, Campaign, HomePage, Objection, Persona, Rating, Topic, Vehicle

pytestmark = pytest.mark.django_db


def stages(number):
    BuyingStage.objects.all().delete()
    for n in range(number):
        BuyingStage.objects.create(slug=f"s{n}", name=f"Stage {n}", definition="d", sort_order=n)


def campaigns(number):
    for n in range(number):
        vehicle = Vehicle.objects.create(slug=f"v{n}", name=f"V{n}")
        Campaign.objects.create(name=f"C{n}", objective="o", vehicle=vehicle, utm_campaign=f"c{n}")


def assets(number):
    home = HomePage.objects.get()
    for n in range(number):
        page = home.add_child(instance=AssetPage(title=f"Piece {n}", primary_stage=BuyingStage.objects.all()[n]))
        page.personas.set([Persona.objects.create(slug=f"p{n}", name=f"P{n}")])
        page.save()


MAKERS = {
    "stages": (stages, 7),
    "personas": (lambda n: [Persona.objects.create(slug=f"p{i}", name=f"P{i}") for i in range(n)], 7),
    "topics": (lambda n: [Topic.objects.create(slug=f"t{i}", name=f"T{i}") for i in range(n)], 8),
    "objections": (lambda n: [Objection.objects.create(slug=f"o{i}", name=f"O{i}") for i in range(n)], 7),
    "authors": (lambda n: [Author.objects.create(slug=f"a{i}", name=f"A{i}") for i in range(n)], 8),
    "campaigns": (campaigns, 7),
    "vehicles": (lambda n: [Vehicle.objects.create(slug=f"v{i}", name=f"V{i}") for i in range(n)], 7),
    "assets": (assets, 20),
}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name", MAKERS)
def test_list_costs_the_same_with_one_row_and_with_three(name, rows, client, admin, django_assert_num_queries):
    make, queries = MAKERS[name]
    make(rows)
    client.force_login(admin)
    address = reverse(f"{name}:index_results")  # the list without the menu, whose cost is other screens' business
    client.get(address)
    with django_assert_num_queries(queries):
        answer = client.get(address)
    assert answer.status_code == 200
    assert len(answer.context["object_list"]) == rows


def test_assets_are_filtered_by_tags_and_unclassified_ones_can_be_found(client, marketer):
    assets(3)
    home = HomePage.objects.get()
    home.add_child(instance=AssetPage(title="Untagged"))
    client.force_login(marketer)

    def titles(query):
        return [page.title for page in client.get(f"{reverse('assets:index')}?ordering=title&{query}").context["pages"]]

    assert titles("") == ["Piece 0", "Piece 1", "Piece 2", "Untagged"]
    assert titles(f"primary_stage={BuyingStage.objects.all()[1].pk}") == ["Piece 1"]
    assert titles("missing=stage") == ["Untagged"]
    assert titles("missing=persona") == ["Untagged"]
    assert titles("missing=topic") == ["Piece 0", "Piece 1", "Piece 2", "Untagged"]
    assert titles(f"personas={Persona.objects.get(slug='p2').pk}") == ["Piece 2"]
    assert titles("format=webinar") == []


def test_list_of_assets_says_how_many_found_a_piece_useful(client, marketer):
    assets(2)
    rated = AssetPage.objects.get(title="Piece 0")
    for n, value in enumerate((1, 1, -1)):
        Rating.objects.create(asset=rated, reader_key=f"r{n}", value=value, rated_at=clock.now())
    client.force_login(marketer)
    pages = client.get(reverse("assets:index") + "?ordering=title").context["table"].data
    assert [useful_in_words(page) for page in pages] == ["2 of 3", "–"]


@pytest.mark.parametrize("name", MAKERS)
def test_stranger_sees_no_list_of_the_library(name, client, stranger):
    client.force_login(stranger)
    assert client.get(reverse(f"{name}:index")).status_code == 302


def test_salesperson_reads_the_stages_and_changes_none(client, owner):
    stage = BuyingStage.objects.first()
    client.force_login(owner)
    assert client.get(reverse("stages:inspect", args=[stage.pk])).status_code == 200
    assert client.get(reverse("stages:edit", args=[stage.pk])).status_code == 302
    assert client.get(reverse("stages:add")).status_code == 302
    assert client.get(reverse("personas:index")).status_code == 302


def test_marketer_puts_a_stage_in_another_place(client, marketer):
    client.force_login(marketer)
    last = BuyingStage.objects.last()
    answer = client.post(reverse("stages:reorder", args=[last.pk]) + "?position=0")
    assert answer.status_code == 200
    assert BuyingStage.objects.first() == last


def test_new_stage_stands_last_and_its_making_is_in_the_history(client, marketer):
    client.force_login(marketer)
    answer = client.post(
        reverse("stages:add"), {"name": "Renewal", "slug": "renewal", "definition": "d", "owner_group": "sales"}
    )
    assert answer.status_code == 302
    stage = BuyingStage.objects.last()
    assert stage.slug == "renewal"
    assert "Renewal" in client.get(reverse("stages:history", args=[stage.pk])).content.decode()
