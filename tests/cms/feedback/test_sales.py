"""What sales says of a piece: one voice a person, apart from readers' ratings, and never on the site."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from cms.feedback import ratings, sales
from cms.feedback.models import Rating, SalesFeedback

pytestmark = [pytest.mark.django_db, pytest.mark.db]


@pytest.fixture
def piece(make_piece, stages):
    return make_piece("A piece", primary_stage=stages[0])


def test_salesperson_says_it_and_changes_it_and_marketing_reads_it(client, piece, owner, marketer):
    client.force_login(owner)
    address = reverse("placements:say", args=[piece.pk])
    client.post(address, {"value": "1", "tag": ["accurate", "helped_a_deal"], "text": "Closed Brackwater with it."})
    client.post(address, {"value": "-1", "tag": ["out_of_date"], "text": "The price is old."})
    row = SalesFeedback.objects.get()
    assert (row.user, row.value, row.tags, row.text) == (owner, -1, ["out_of_date"], "The price is old.")
    client.force_login(marketer)
    shown = client.get(reverse("placements:piece", args=[piece.pk])).content.decode()
    assert "The price is old." in shown
    assert "Out of date" in shown
    assert address not in shown


def test_it_is_apart_from_what_readers_say_and_never_on_the_site(client, piece, owner, colleague):
    sales.say(piece, owner, 1, text="Internal words")
    sales.say(piece, colleague, -1)
    assert sales.counts([piece.pk]) == {piece.pk: {"helps": 1, "does_not": 1}}
    assert (ratings.counts([piece.pk]), Rating.objects.count()) == ({}, 0)
    assert "Internal words" not in client.get("/a-piece/").content.decode()


@pytest.mark.parametrize("said", [{}, {"value": "0"}, {"value": "2"}, {"value": "1", "tag": "nice"}])
def test_what_is_none_of_ours_is_refused(client, piece, owner, said):
    client.force_login(owner)
    answer = client.post(reverse("placements:say", args=[piece.pk]), said, follow=True)
    assert "Choose whether it helps you" in answer.content.decode()
    assert SalesFeedback.objects.count() == 0


@pytest.mark.parametrize("who", ["marketer", "stranger"])
def test_only_sales_speaks_for_sales(client, piece, request, who):
    user = request.getfixturevalue(who)
    client.force_login(user)
    assert client.post(reverse("placements:say", args=[piece.pk]), {"value": "1"}).status_code == 302
    with pytest.raises(PermissionDenied):
        sales.say(piece, user, 1)
    assert SalesFeedback.objects.count() == 0
