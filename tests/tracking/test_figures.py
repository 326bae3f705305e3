"""What readers did with a piece and what they said of it, in one answer."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from cms import ports
from cms.feedback.models import Rating
from cms.models import AssetPage, HomePage
from tests import ledger
from tracking import rollups
from tracking.models import Event

pytestmark = [pytest.mark.db, pytest.mark.django_db]
AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def store(*events):
    ledger.store(*events)
    rollups.mark_stale(rollups.days_of(events))
    rollups.refresh()


def event(asset, **changes):
    values = {"uuid": uuid4(), "kind": "page_viewed", "occurred_at": AT, "received_at": AT, "source": "script"}
    return Event(asset_id=asset, **(values | changes))


@pytest.mark.parametrize("number", [1, 3])
def test_the_library_is_told_of_reading_and_rating_in_two_queries(number, django_assert_num_queries):
    home = HomePage.objects.get()
    pieces = [home.add_child(instance=AssetPage(title=f"Piece {n}")).pk for n in range(number)]
    seen, rows = pieces[0], []
    for n, value in enumerate((1, 1, -1)):
        rows += [Rating(asset_id=pk, reader_key=f"r{n}", value=value, rated_at=AT) for pk in pieces]
    Rating.objects.bulk_create(rows)
    store(
        event(seen, visitor_id=5),
        event(seen, visitor_id=6, kind="asset_read"),
        event(seen, kind="asset_downloaded"),
        event(seen, verdict="robot"),
        event(999_999),
    )
    with django_assert_num_queries(2):
        figures = ports.asset_figures([*pieces, 999_998])
    rated = {"useful": 2, "not_useful": 1}
    nobody = {"views": 0, "readers": 0, "reads": 0, "downloads": 0}
    assert figures == dict.fromkeys(pieces, nobody | rated) | {
        seen: {"views": 1, "readers": 2, "reads": 1, "downloads": 1} | rated
    }


def test_a_piece_that_was_read_and_not_rated_has_zeros_and_an_unread_one_is_missing():
    store(event(1, visitor_id=5))
    assert ports.asset_figures([1, 2]) == {
        1: {"views": 1, "readers": 1, "reads": 0, "downloads": 0, "useful": 0, "not_useful": 0}
    }
