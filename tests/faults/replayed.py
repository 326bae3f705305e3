"""A recorded history sent to an installation, and what must be true afterwards."""

import contextlib
import gzip
import hashlib
import itertools
from collections import Counter

from django.db import connections

from nurture.mail.models import Delivery
from nurture.replaying import Replay, Unusable, busy
from tests.faults import outcome
from tests.nurture.mail.sink import Sink
from tracking import accounts
from tracking.models import Event

SHORT = 3_000
_outcomes: dict[str, dict[str, Counter]] = {}


def history(data, tmp_path, rows):
    """The first `rows` of the recorded history, as a file."""
    path = tmp_path / "history.csv"
    with gzip.open(next((data / "deskdrop").glob("*.csv.gz")), "rt", encoding="utf-8", newline="") as recorded:
        path.write_text("".join(itertools.islice(recorded, rows + 1)), encoding="utf-8")
    return path


def prepared(path):
    replay = Replay(path, known_share=0.1, keep_times=False)
    replay.prepare()
    return replay


def undisturbed(path, furnished):
    """The outcome of the same history on an installation that nobody disturbs. Asked once for each content."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest not in _outcomes:
        _outcomes[digest] = _undisturbed(path, furnished)
    return _outcomes[digest]


def _undisturbed(path, furnished):
    sink = Sink()
    sink.start()
    installation = furnished(sink)
    installation.start()
    replay = prepared(path)
    assert replay.send(installation.url, lambda number: None) == replay.total
    installation.wait_until(lambda: not busy() and outcome.is_settled(), 1800)
    installation.stop()
    sink.stop()
    expected = outcome.of()
    assert set(outcome.copies(sink.accepted).values()) == {1}
    assert {name for name, things in expected.items() if not things} == set()
    return expected


def send(replay, url, sent):
    """As `manage.py replay` is run again when the collector was away for too long; how many were acknowledged."""
    for _ in range(10):
        with contextlib.suppress(Unusable):
            return replay.send(url, sent)
    raise AssertionError("the collector never stayed up for long enough")


def settle(installation):
    """Nobody is killed any more; wait until everything is at its end."""
    connections.close_all()

    def settled():
        outcome.hurry()
        balance = accounts.balance()
        return not balance.inbox and not balance.spool and not busy() and outcome.is_settled()

    installation.wait_until(settled, 600)


def check(replay, mail_server, expected, kills):
    """Acknowledged = stored + dropped, the same outcome, and no mail twice."""
    assert accounts.balance().holds
    uuids = Counter(Event.objects.values_list("uuid", flat=True))
    assert set(uuids.values()) == {1}
    assert set(uuids) == {replay.uuid(number) for number, _ in replay.rows()}
    found = outcome.of()
    for what, things in expected.items():
        assert (things - found[what], found[what] - things) == (Counter(), Counter()), what
    copies = outcome.copies(mail_server.accepted)
    deliveries = Delivery.objects.values_list("rfc_message_id", "lane", "state")
    took = [(copies[f"Message-ID: {id}".encode()], lane, state) for id, lane, state in deliveries]
    assert [one for one in took if one[0] > (1 if one[1] == "marketing" else 3)] == []
    assert [one for one in took if one[0] == 0 and one[2] == "sent"] == []
    assert sum(state == "unknown" for _, _, state in took) <= kills
