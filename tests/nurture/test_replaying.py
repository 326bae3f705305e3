"""`manage.py replay`: a recorded history over HTTP, once however often it is sent, each event accounted for."""

import csv
import json

import pytest

from cms.models import AssetPage, HomePage
from nurture.contacts.models import Contact, Engagement
from nurture.replaying import Replay, Unusable
from tracking.models import Event

COLUMNS = ["timestamp", "eventType", "contentId", "personId", "sessionId", "userAgent", "userRegion", "userCountry"]


def write(path, rows):
    """A CSV like Deskdrop's: rows of (timestamp, eventType, contentId, personId)."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([*row, "1", "", "", ""] for row in rows)
    return path


def history(number):
    """So many rows of ten persons and three pieces; every tenth is the same as the one before in all columns."""
    kinds = ("VIEW", "LIKE", "BOOKMARK", "COMMENT CREATED", "FOLLOW")
    rows = [(1465413032 + i * 60, kinds[i % 5], str(-(i % 3)), str(i % 10)) for i in range(number)]
    return [rows[i - 1] if i % 10 == 9 else row for i, row in enumerate(rows)]


@pytest.fixture
def piece(db):
    return HomePage.objects.get().add_child(instance=AssetPage(title="Piece", slug="piece"))


def test_same_rows_are_the_same_events_and_like_rows_are_not(tmp_path, piece):
    replay = Replay(write(tmp_path / "log.csv", history(20)), known_share=0, keep_times=True)
    replay.prepare()
    again = Replay(write(tmp_path / "copy.csv", history(20)), known_share=0, keep_times=True)
    again.prepare()
    uuids = [replay.event(*row)["uuid"] for row in replay.rows()]
    assert uuids == [again.event(*row)["uuid"] for row in again.rows()]
    assert len(set(uuids)) == replay.total == 20


def test_last_event_is_now_unless_times_are_kept(tmp_path, piece):
    path = write(tmp_path / "log.csv", history(3))
    kept = Replay(path, known_share=0, keep_times=True)
    kept.prepare()
    assert [kept.event(*row)["occurred_at"][:10] for row in kept.rows()] == ["2016-06-08"] * 3
    shifted = Replay(path, known_share=0, keep_times=False)
    shifted.prepare()
    assert shifted.event(*list(shifted.rows())[-1])["occurred_at"][:4] >= "2026"


def test_malformed_rows_are_passed_over_with_their_number_and_reason(tmp_path, piece):
    rows = [("soon", "VIEW", "1", "1"), (1, "SLEEP", "1", "1"), (1, "VIEW", "", "1"), (1, "VIEW", "1", "1")]
    replay = Replay(write(tmp_path / "log.csv", rows), known_share=0, keep_times=True)
    replay.prepare()
    assert (replay.total, [number for number, _ in replay.malformed]) == (1, [2, 3, 4])
    assert "'soon' is not a number" in replay.malformed[0][1]


def test_file_that_is_none_of_ours_is_refused_with_what_is_missing(tmp_path, piece):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(Unusable, match="columns missing: contentId, eventType"):
        Replay(path, known_share=0, keep_times=True).prepare()


def test_busiest_persons_become_contacts_those_we_have_first(tmp_path, piece):
    ours = Contact.objects.create(email="ines@reader.example")
    Replay(write(tmp_path / "log.csv", history(40)), known_share=0.2, keep_times=True).prepare()
    emails = list(Contact.objects.order_by("pk").values_list("email", flat=True))
    assert (emails[0], len(emails), ours.identities.count()) == ("ines@reader.example", 2, 1)
    assert emails[1].endswith("@replay.example")


@pytest.mark.slow
def test_everything_sent_is_stored_or_dropped_and_nothing_twice(tmp_path, new_installation):
    installation = new_installation()
    HomePage.objects.get().add_child(instance=AssetPage(title="Piece", slug="piece"))
    path = write(tmp_path / "log.csv", history(250))
    first = json.loads(installation.manage("replay", str(path), "--known", "0.5").stdout.splitlines()[-1])
    assert (first["sent"], first["acknowledged"], first["stored"], first["dropped"]) == (250, 250, 250, {})
    assert Event.objects.count() == 250
    assert Engagement.objects.count() == first["engagements"] == 125
    second = json.loads(installation.manage("replay", str(path), "--known", "0.5").stdout.splitlines()[-1])
    assert (second["sent"], second["stored"], second["dropped"]) == (250, 0, {"duplicate": 250})
    assert second["engagements"] == 0


@pytest.mark.slow
@pytest.mark.data
def test_the_recorded_history_of_an_intranet_is_read_whole(data, piece):
    replay = Replay(next((data / "deskdrop").glob("*.csv.gz")), known_share=0, keep_times=True)
    replay.prepare()
    assert (replay.total, replay.malformed) == (49_335, [])
