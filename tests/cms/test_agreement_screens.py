"""What the screens show of an agreement: its pieces, what came of it, its end; and on a piece, its agreements."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cms import agreements, clock
from cms.models import AssetPage, BuyingStage, SignalAgreement

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def stage(n=0):
    return BuyingStage.objects.all()[n]


def publish_and_sign(agreement, user):
    agreement.save_revision().publish()
    agreements.sign(agreement, agreement.latest_revision, user)


@pytest.fixture
def agreement(owner):
    """In force, for every piece of the first stage."""
    row = SignalAgreement.objects.create(name="Pricing guide", stage=stage(), reason="They compare", live=False)
    publish_and_sign(row, owner)
    return row


def test_pieces_under_an_agreement_are_those_that_it_applies_to(agreement, make_piece, topics):
    named = make_piece("Named")
    fits = make_piece("Fits", primary_stage=stage(1), format="webinar", topics=topics[:1])
    make_piece("No topic", primary_stage=stage(1), format="webinar")
    make_piece("Draft", primary_stage=stage(1), format="webinar", topics=topics[:1], live=False)
    agreement.assets.set([named])
    agreement.stage, agreement.topic, agreement.format = None, None, ""
    assert list(agreements.pieces(agreement)) == [named]
    agreement.stage, agreement.topic, agreement.format = stage(1), topics[0], "webinar"
    assert list(agreements.pieces(agreement)) == [fits, named]


def test_screen_says_how_it_performed_or_that_it_is_not_known(client, agreement, owner, make_piece, monkeypatch):
    read, unread = make_piece("Read", primary_stage=stage()), make_piece("Unread", primary_stage=stage())
    figures = {read.pk: {"views": 9, "readers": 5, "reads": 3, "downloads": 2, "useful": 0, "not_useful": 0}}
    monkeypatch.setattr("cms.ports.asset_figures._answer", lambda ids: figures)
    client.force_login(owner)
    answer = client.get(reverse("agreements:inspect", args=[agreement.pk]))
    assert answer.context["pieces"] == [(read, figures[read.pk]), (unread, None)]
    assert "Not known yet" in answer.content.decode()
    assert "0 alerts, about 0 people." in answer.content.decode()


def test_list_says_when_an_agreement_is_about_to_end(client, agreement, owner):
    agreement.expires_on = clock.now().date() + timedelta(days=3)
    publish_and_sign(agreement, owner)
    client.force_login(owner)
    assert "Ends in 3 days" in client.get(reverse("agreements:list")).content.decode()


def test_piece_shows_its_agreements_in_force_or_lapsed_to_writer_and_sales(client, agreement, owner, admin, make_piece):
    piece = make_piece("A piece", primary_stage=stage())
    make_piece("Another", primary_stage=stage(1))
    SignalAgreement.objects.filter(pk=agreement.pk).update(expires_on=date(2020, 1, 1))
    for user, address in (
        (admin, reverse("wagtailadmin_pages:edit", args=[piece.pk])),
        (owner, reverse("placements:piece", args=[piece.pk])),
    ):
        client.force_login(user)
        page = client.get(address).content.decode()
        shown = page[page.index("A signal under") :]
        assert shown.index("Pricing guide") < shown.index("Expired")
    assert [found for found, _state in agreements.about(AssetPage.objects.get(title="Another"))] == []
