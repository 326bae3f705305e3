"""What is listed, and what comes next."""

from datetime import timedelta

import pytest
from wagtail.models import PageViewRestriction

from cms import clock
from cms.library import cards, next_read, page_of, published
from cms.models import AssetPage, HomePage
from cms.models.pages import Audience, ShelfLife

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def titles(pieces):
    return [piece.title for piece in pieces]


def test_published_lists_public_live_pieces_newest_first(make_piece):
    make_piece("Old", days_old=9)
    make_piece("New", days_old=1)
    make_piece("Draft", live=False)
    make_piece("For customers", audience=Audience.CUSTOMERS)
    make_piece("For sales", audience=Audience.SALES_ONLY)
    assert titles(published()) == ["New", "Old"]
    assert titles(published(Audience.SALES_ONLY)) == ["For sales"]
    assert {p.title for p in published(None)} == {"New", "Old", "For customers", "For sales"}


def test_piece_behind_a_view_restriction_is_not_listed(make_piece):
    hidden = make_piece("Hidden")
    make_piece("Open")
    PageViewRestriction.objects.create(page=hidden, restriction_type="login")
    assert titles(published()) == ["Open"]
    PageViewRestriction.objects.create(page=HomePage.objects.get(), restriction_type="login")
    assert titles(published()) == []


def test_topic_stage_and_persona_narrow_without_doubling(make_piece, stages, personas, topics):
    make_piece(
        "Both", days_old=1, topics=topics[:2], primary_stage=stages[0], also=[stages[1], stages[0]], personas=personas
    )
    make_piece("All", days_old=2, for_all_personas=True, primary_stage=stages[1], topics=topics[1:2])
    make_piece("Neither", days_old=3)
    assert titles(published(topic=topics[1])) == ["Both", "All"]
    assert titles(published(topic=topics[0].pk)) == ["Both"]
    assert titles(published(stage=stages[1])) == ["Both", "All"]
    assert titles(published(stage=stages[0])) == ["Both"]
    assert titles(published(persona=personas[0])) == ["Both", "All"]


def test_cards_take_the_same_queries_for_one_piece_and_three(make_piece, stages, django_assert_num_queries):
    for count in (1, 3):
        while AssetPage.objects.count() < count:
            make_piece(f"Piece {AssetPage.objects.count()}", primary_stage=stages[0])
        with django_assert_num_queries(1):
            assert [str(piece.primary_stage) for piece in cards(published())] == ["one"] * count


def test_stage_fit_orders_now_before_next_before_elsewhere(make_piece, stages):
    make_piece("Elsewhere", primary_stage=stages[3], days_old=300)
    make_piece("Also next", primary_stage=stages[0], also=[stages[2]])
    make_piece("Next", primary_stage=stages[2])
    make_piece("Also now", primary_stage=stages[3], also=[stages[1]])
    make_piece("Now", primary_stage=stages[1], days_old=500)
    found = next_read(stage_id=stages[1].pk, limit=5)
    assert titles(found) == ["Now", "Also now", "Next", "Also next", "Elsewhere"]


def test_last_stage_has_no_next_and_an_unknown_stage_gives_no_points(make_piece, stages):
    make_piece("First", primary_stage=stages[0])
    make_piece("Last", primary_stage=stages[3], days_old=500)
    assert titles(next_read(stage_id=stages[3].pk)) == ["Last", "First"]
    assert titles(next_read(stage_id=stages[3].pk + 1000)) == ["First", "Last"]


def test_persona_named_before_all_before_unsaid_before_others(make_piece, personas):
    make_piece("Others'", personas=[personas[1]], days_old=200)
    make_piece("Unsaid", days_old=250)
    make_piece("Everybody's", for_all_personas=True)
    make_piece("Mine", personas=[personas[0]], days_old=500)
    assert titles(next_read(persona_id=personas[0].pk, limit=4)) == ["Mine", "Everybody's", "Unsaid", "Others'"]


def test_more_shared_topics_come_first(make_piece, topics):
    make_piece("None", days_old=200)
    make_piece("One", topics=topics[:1])
    make_piece("Two", topics=topics[:2], days_old=500)
    assert titles(next_read(topic_ids=[t.pk for t in topics])) == ["Two", "One", "None"]


def test_new_piece_is_found_before_its_older_equals(make_piece, stages):
    for n in range(5):
        make_piece(f"Old {n}", primary_stage=stages[0], days_old=300 + n)
    make_piece("New", primary_stage=stages[0], days_old=0)
    assert titles(next_read(stage_id=stages[0].pk)) == ["New", "Old 0", "Old 1"]


def test_timely_piece_past_its_review_date_goes_behind(make_piece):
    yesterday = clock.now().date() - timedelta(days=1)
    make_piece("Stale", days_old=40, shelf_life=ShelfLife.TIMELY, review_by=yesterday)
    make_piece("Plain", days_old=400)
    assert titles(next_read()) == ["Plain", "Stale"]


def test_read_piece_only_fills_what_unread_ones_cannot(make_piece, stages):
    read = make_piece("Read and fitting", primary_stage=stages[0], days_old=1)
    make_piece("Unread, far off", primary_stage=stages[3], days_old=900)
    assert titles(next_read(stage_id=stages[0].pk, read_ids={read.pk}, limit=1)) == ["Unread, far off"]
    assert titles(next_read(stage_id=stages[0].pk, read_ids={read.pk})) == ["Unread, far off", "Read and fitting"]


def test_piece_just_read_and_unlisted_ones_never_come_next(make_piece):
    here = make_piece("Here")
    make_piece("For customers", audience=Audience.CUSTOMERS)
    make_piece("For sales", audience=Audience.SALES_ONLY)
    make_piece("Draft", live=False)
    assert next_read(exclude_id=here.pk) == []


def test_same_question_gets_the_same_answer_and_ties_go_to_the_newer(make_piece):
    pieces = [make_piece(f"Piece {n}") for n in range(4)]
    moment = clock.now() - timedelta(days=400)
    AssetPage.objects.update(first_published_at=moment)
    expected = [piece.pk for piece in reversed(pieces)][:3]
    assert [[p.pk for p in next_read()] for _ in range(3)] == [expected] * 3


def test_next_read_takes_three_queries_at_most(make_piece, stages, personas, topics, django_assert_num_queries):
    for n in range(3):
        make_piece(f"Piece {n}", primary_stage=stages[0], topics=topics, personas=personas)
    with django_assert_num_queries(2):
        next_read()
    with django_assert_num_queries(3):
        next_read(stage_id=stages[0].pk, persona_id=personas[0].pk, topic_ids=[t.pk for t in topics], read_ids={1, 2})


def test_pages_by_key_meet_without_gap_or_double(make_piece):
    for n in range(5):
        make_piece(f"Piece {n}", days_old=n)
    moment = published()[1].first_published_at
    AssetPage.objects.filter(title="Piece 2").update(first_published_at=moment)
    AssetPage.objects.filter(title="Piece 4").update(first_published_at=None)
    first, key = page_of(published(), size=2)
    second, second_key = page_of(published(), key, size=2)
    third, end = page_of(published(), second_key, size=2)
    assert titles(first + second + third) == ["Piece 0", "Piece 2", "Piece 1", "Piece 3", "Piece 4"]
    assert end == ""
    assert page_of(published(), f"0-{third[0].pk}") == ([], "")


def test_piece_published_meanwhile_does_not_move_the_next_page(make_piece):
    for n in range(4):
        make_piece(f"Piece {n}", days_old=n + 1)
    _, key = page_of(published(), size=2)
    make_piece("Newer", days_old=0)
    assert titles(page_of(published(), key, size=2)[0]) == ["Piece 2", "Piece 3"]


@pytest.mark.parametrize(
    "key", ["x", "1-", "-1", "1.2.3-4", "1-x", "9" * 30 + "-1", "١-1", "1e400-1", "1" * 50, "1-" + "9" * 30]
)
def test_key_that_is_not_ours_is_refused(key):
    with pytest.raises(ValueError, match="not"):
        page_of(published(), key)
