"""Spool files are replayed whole and once, whatever breaks, and what cannot be read stops no other."""

from datetime import UTC, datetime
from unittest.mock import Mock
from uuid import UUID

import pytest
from django.db import DataError

from tracking import accounts, held, pipeline, rows, spool
from tracking.models import Draft, Event, SpoolMark

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


class Killed(BaseException):
    """The process ends here."""


def row(number):
    payload, facts = (
        {"url": "/nowhere/"},
        {"ua": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
    )
    moments = {"occurred_at": AT, "received_at": AT}
    one = Draft(uuid=UUID(int=number), kind="page_viewed", source="script", payload=payload, facts=facts, **moments)
    return rows.of_draft(one)


@pytest.fixture(autouse=True)
def own_spool(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def test_spool_is_replayed_once_whenever_it_dies(monkeypatch):
    spool.keep([row(number) for number in (1, 2, 1)])
    assert accounts.balance() == accounts.Balance(stored=0, dropped=0, inbox=0, spool=3, taken=0, keys=0)
    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.unlink", Mock(side_effect=Killed))
        with pytest.raises(Killed):
            spool.replay()
    assert accounts.balance() == accounts.Balance(stored=0, dropped=0, inbox=3, spool=0, taken=0, keys=0)
    pipeline.run_batch()
    assert accounts.balance() == accounts.Balance(stored=2, dropped=1, inbox=0, spool=0, taken=3, keys=2)
    assert spool.replay() == 1
    assert accounts.balance() == accounts.Balance(stored=2, dropped=1, inbox=0, spool=0, taken=3, keys=2)
    assert (spool.replay(), SpoolMark.objects.count()) == (0, 0)


@pytest.mark.parametrize("files", [3, 30])
def test_files_are_replayed_at_once_in_a_fixed_number_of_statements(files, monkeypatch, django_assert_num_queries):
    for number in range(files):
        spool.keep([row(number + 1)])
    with django_assert_num_queries(5):
        assert spool.replay() == files
    monkeypatch.setattr(spool, "MAX_DRAFTS", 2)
    for number in range(3):
        spool.keep([row(number + 100)])
    assert [spool.replay(), spool.replay(), spool.replay()] == [2, 1, 0]
    assert accounts.balance().inbox == files + 3


def test_file_that_another_worker_has_finished_meanwhile_is_not_taken_again(monkeypatch):
    spool.keep([row(1)])
    [path] = spool.folder(spool.EVENTS).glob("*.json")
    take = spool._take

    def other_is_faster(read):
        path.unlink()
        take(read)

    monkeypatch.setattr(spool, "_take", other_is_faster)
    spool.replay()
    assert accounts.balance() == accounts.Balance(stored=0, dropped=0, inbox=0, spool=0, taken=0, keys=0)
    assert not SpoolMark.objects.exists()


def test_file_that_the_database_refuses_stops_no_other_and_is_kept(monkeypatch):
    hold = held.hold

    def refuse(drafts):
        drafts = list(drafts)
        if any(one.uuid == UUID(int=2) for one in drafts):
            raise DataError("no such moment")
        return hold(drafts)

    monkeypatch.setattr(held, "hold", refuse)
    for number in (1, 2, 3):
        spool.keep([row(number)])
    assert (spool.replay(), spool.replay()) == (2, 0)
    assert (accounts.balance().inbox, len(spool.unreadable())) == (2, 1)


def test_spool_file_that_cannot_be_read_stops_no_other_and_is_kept():
    spool.keep([row(1)])
    torn = spool.folder(spool.EVENTS) / "0.json"
    torn.write_text("[1, 2")
    assert len(spool.waiting()) == 1
    assert (spool.replay(), pipeline.run_batch(), Event.objects.count()) == (1, 1, 1)
    assert [path.name for path in spool.unreadable()] == ["0.unreadable"]
