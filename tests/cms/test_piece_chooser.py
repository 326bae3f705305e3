"""Choosing the pieces of an agreement: only those chosen are in the form, the others are found by title."""

import pytest
from django.urls import reverse

from cms.models import SignalAgreement
from cms.piece_chooser import PieceChooser

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def find(client, user, words):
    client.force_login(user)
    return client.get(reverse("piece-find"), {"q": words})


def test_the_form_holds_what_is_chosen_and_not_the_library(client, marketer, make_piece):
    chosen, other = make_piece("Chosen <b>"), make_piece("Another one")
    agreement = SignalAgreement.objects.create(name="Costs", reason="Because")
    agreement.assets.set([chosen])
    agreement.save()
    client.force_login(marketer)
    shown = client.get(reverse("agreements:edit", args=[agreement.pk])).content.decode()
    assert f'name="assets" value="{chosen.pk}" checked' in shown
    assert "Chosen &lt;b&gt;" in shown
    assert other.title not in shown
    assert "cms/admin/pieces.js" in shown


@pytest.mark.parametrize("number", [1, 3, 100])
def test_it_asks_one_query_however_many_pieces_there_are(number, make_piece, django_assert_num_queries):
    pieces = [make_piece(f"Piece {n}") for n in range(number)]
    with django_assert_num_queries(1):
        PieceChooser().render("assets", [pieces[0].pk], {"id": "id_assets"})


def test_what_is_ticked_is_kept(client, marketer, make_piece):
    one, two = make_piece("One"), make_piece("Two")
    client.force_login(marketer)
    values = {"name": "Costs", "reason": "Because", "opener": "", "expires_on": "", "assets": [one.pk, two.pk]}
    answer = client.post(reverse("agreements:add"), values | {"stage": "", "topic": "", "format": ""})
    assert answer.status_code == 302, answer.context["form"].errors
    saved = SignalAgreement.objects.get().get_latest_revision_as_object()
    assert {piece.title for piece in saved.assets.all()} == {"One", "Two"}


def test_every_word_must_be_in_the_title_and_twenty_are_shown(client, marketer, make_piece):
    for n in range(22):
        make_piece(f"Cost of {n:02} warm hours")
    make_piece("Alarms", format="webinar", slug="alarms")
    answer = find(client, marketer, "warm COST").json()
    assert (len(answer["pieces"]), answer["more"]) == (20, True)
    assert find(client, marketer, "alarm").json()["pieces"][0]["note"] == "Webinar · alarms"
    assert find(client, marketer, "warm alarms").json() == {"pieces": [], "more": False}


@pytest.mark.parametrize("words", ["%", "\x00", "'\"", "x" * 5000, "𝕏 ﷽"])
def test_odd_words_find_nothing_and_break_nothing(client, marketer, make_piece, words):
    make_piece("Alarms")
    assert find(client, marketer, words).status_code == 200


def test_only_who_writes_agreements_or_pieces_may_look(client, editor, owner, stranger):
    answers = {user.username: find(client, user, "x").status_code for user in (editor, owner, stranger)}
    assert answers == {"editor": 200, "owner": 302, "stranger": 302}
    client.logout()
    assert client.get(reverse("piece-find")).status_code == 302


def test_an_agreement_about_nothing_is_refused(client, marketer):
    client.force_login(marketer)
    empty = dict.fromkeys(("opener", "expires_on", "stage", "topic", "format"), "")
    values = {"name": "Costs", "reason": "Because"} | empty
    answer = client.post(reverse("agreements:add"), values)
    assert "Name at least one piece" in answer.content.decode()
    assert not SignalAgreement.objects.exists()
