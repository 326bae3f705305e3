"""Links whose following nothing could keep: their reader is led on, and they are counted once that can be written."""

from uuid import UUID

import pytest

from tests.tracking.calling import call, get, path_of
from tests.tracking.test_collector import Away
from tracking import accounts, links, pipeline, stores, writer
from tracking.models import DropCount

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("own_writer"),
]
REF = UUID(int=5)


def test_links_that_nothing_could_keep_are_counted_when_the_database_is_back(monkeypatch, settings, own_writer):
    link, blocked = path_of(links.tracked_url("https://other.example/", REF)), settings.VAR_DIR / "spool"
    blocked.write_text("in the way of the folder, as a full disk is")
    with monkeypatch.context() as away:
        away.setattr(stores, "make", Away)
        assert [answer.status_code for answer in call(*[("GET", link, {})] * 3)] == [302] * 3
        away.setattr(writer, "MAX_QUEUE", 0)
        assert get(link).status_code == 302
    blocked.unlink()
    own_writer._away_until = 0.0
    assert get(link).status_code == 302
    pipeline.run_batch()
    assert (DropCount.objects.get().reason, DropCount.objects.get().count) == ("not_kept", 4)
    assert (accounts.balance().total, accounts.balance().holds, own_writer.unkept.is_waiting) == (5, True, False)


def test_count_of_lost_links_is_told_again_when_the_database_did_not_take_it(monkeypatch, own_writer):
    own_writer.unkept.count(2)
    with monkeypatch.context() as broken:
        broken.setattr(pipeline, "count_dropped", lambda counted: 1 / 0)
        assert get("/t/p.gif?k=page_viewed").status_code == 200
    assert own_writer.unkept.is_waiting
    assert get("/t/p.gif?k=page_viewed").status_code == 200
    assert (DropCount.objects.get().count, own_writer.unkept.is_waiting) == (2, False)
