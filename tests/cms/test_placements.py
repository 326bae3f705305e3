"""The stage of each piece between marketing and sales: agreed in bulk, disputed with a thread, open again on a move."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from wagtail.models import PageLogEntry

from cms import placements, policy
from cms.models import StageStatement

pytestmark = [pytest.mark.django_db, pytest.mark.db]
LIST = reverse("placements:index")


@pytest.fixture
def pieces(make_piece, stages):
    return [make_piece(f"Piece {n}", primary_stage=stages[n % 2]) for n in range(3)]


def states():
    return {piece.title: piece.placed for piece in placements.open_to_sales()}


def pairs(pieces):
    return [(piece.pk, piece.primary_stage_id) for piece in pieces]


def judge(client, user, pieces, **more):
    client.force_login(user)
    ticked = [f"{asset}-{stage}" for asset, stage in pairs(pieces)]
    return client.post(reverse("placements:judge"), {"piece": ticked, "verdict": "agree", **more}, follow=True)


def test_every_piece_with_a_stage_is_proposed_until_sales_says(pieces, make_piece):
    make_piece("No stage")
    make_piece("Draft", primary_stage=pieces[0].primary_stage, live=False)
    assert states() == dict.fromkeys(("Piece 0", "Piece 1", "Piece 2"), "proposed")


def test_sales_agrees_in_bulk_once_and_each_is_logged(client, owner, colleague, pieces):
    assert "2 pieces are judged" in judge(client, owner, pieces[:2]).content.decode()
    judge(client, colleague, pieces[:2])
    assert states() == {"Piece 0": "agreed", "Piece 1": "agreed", "Piece 2": "proposed"}
    said = StageStatement.objects.values_list("asset__title", "kind", "user__username")
    assert list(said) == [("Piece 0", "agreed", "owner"), ("Piece 1", "agreed", "owner")]
    assert PageLogEntry.objects.filter(action="stage.agreed", user=owner).count() == 2


def test_dispute_needs_words_and_begins_a_thread_that_marketing_answers(client, owner, marketer, pieces, stages):
    assert "Say why" in judge(client, owner, pieces[:1], verdict="dispute").content.decode()
    judge(client, owner, pieces[:1], verdict="dispute", text="Too early to buy", suggested=stages[2].pk)
    assert states()["Piece 0"] == "disputed"
    client.force_login(marketer)
    address = reverse("placements:piece", args=[pieces[0].pk])
    client.post(reverse("placements:remark", args=[pieces[0].pk]), {"text": "It names prices"})
    page = client.get(address).content.decode()
    assert page.index("Disputed one. Suggested three.") < page.index("Too early to buy") < page.index("It names prices")
    assert states()["Piece 0"] == "disputed"  # a remark is no verdict
    judge(client, owner, pieces[:1])
    assert states()["Piece 0"] == "agreed"


def test_piece_that_moves_to_another_stage_is_open_again_and_keeps_its_thread(client, owner, pieces, stages):
    judge(client, owner, pieces[:1])
    piece = pieces[0]
    piece.primary_stage = stages[3]
    piece.save_revision().publish()
    assert states()["Piece 0"] == "proposed"
    assert "Agreed with one." in client.get(reverse("placements:piece", args=[piece.pk])).content.decode()
    piece.primary_stage = stages[0]
    piece.save_revision().publish()
    assert states()["Piece 0"] == "agreed"


def test_older_draft_of_a_piece_cannot_overwrite_what_sales_said(client, owner, pieces):
    """A page's older revision overwrites what lives on the page: a verdict does not."""
    before = pieces[0].save_revision()
    judge(client, owner, pieces[:1])
    before.publish()
    assert states()["Piece 0"] == "agreed"


def test_stage_changed_since_it_was_seen_is_passed_over(client, owner, pieces, stages):
    ticked = pairs(pieces[:2])
    pieces[0].primary_stage = stages[3]
    pieces[0].save_revision().publish()
    assert placements.agree(ticked, owner) == ([pieces[1].pk], [pieces[0].pk])
    assert states() == {"Piece 0": "proposed", "Piece 1": "agreed", "Piece 2": "proposed"}


@pytest.mark.parametrize("group", [policy.MARKETER, policy.EDITOR])
def test_marketing_reads_and_speaks_and_cannot_judge(client, make_user, pieces, group):
    other = make_user("other", group)
    judge(client, other, pieces)
    assert set(states().values()) == {"proposed"}
    assert "Agree with the ticked" not in client.get(LIST).content.decode()
    with pytest.raises(PermissionDenied):
        placements.agree(pairs(pieces), other)


def test_stranger_and_service_see_nothing_and_get_judges_nothing(client, stranger, make_user, owner, pieces):
    for user in (stranger, make_user("service", policy.SERVICE)):
        client.force_login(user)
        assert client.get(LIST).status_code == 302
        assert client.post(reverse("placements:remark", args=[pieces[0].pk]), {"text": "x"}).status_code == 302
    client.force_login(owner)
    assert client.get(reverse("placements:judge")).status_code == 405
    assert client.get(reverse("placements:piece", args=[0])).status_code == 404
    assert StageStatement.objects.count() == 0


@pytest.mark.parametrize("text", ["", "x", "1", "1-", "-1", "0-0", "9" * 40 + "-1", "1-x"])
def test_nonsense_is_nothing_ticked(client, owner, pieces, text):
    client.force_login(owner)
    answer = client.post(reverse("placements:judge"), {"piece": [text], "verdict": "agree"}, follow=True)
    assert "Nothing was ticked" in answer.content.decode()


def test_list_is_narrowed_by_tab_and_stage_and_paged_by_key(client, owner, pieces, stages, monkeypatch):
    judge(client, owner, pieces[:1])

    def titles(query=""):
        return [piece.title for piece in client.get(LIST + query).context["pieces"]]

    assert titles() == ["Piece 2", "Piece 1"]
    assert titles("?show=agreed") == ["Piece 0"]
    assert titles(f"?show=all&stage={stages[0].pk}") == ["Piece 2", "Piece 0"]
    monkeypatch.setattr("cms.admin.placements.PAGE_SIZE", 2)
    assert titles(f"?show=all&before={pieces[1].pk}") == ["Piece 0"]
    assert f"before={pieces[1].pk}" in client.get(f"{LIST}?show=all").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_judging_costs_the_same_reads_with_one_piece_and_three(rows, owner, pieces, django_assert_num_queries):
    policy.group_names(owner)
    # Locking, reading, writing; then four a piece for its line in the history.
    with django_assert_num_queries(5 + 4 * rows):
        placements.agree(pairs(pieces[:rows]), owner)


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_with_one_piece_and_with_three(rows, rf, owner, pieces, django_assert_num_queries):
    from cms.admin.placements import index  # noqa: PLC0415 -- the view alone, without the menu

    for piece in pieces[rows:]:
        piece.delete()
    request = rf.get(LIST)
    request.user = owner
    policy.group_names(owner)
    with django_assert_num_queries(1):
        assert len(index(request).context_data["pieces"]) == rows
