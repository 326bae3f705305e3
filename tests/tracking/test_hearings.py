"""Verdicts that come later: by how a mail's links were followed, and what came after."""

import random
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms import clock
from cms.models import AssetPage, HomePage
from tests import ledger
from tests.tracking.calling import BROWSER
from tracking import draft, hearings, inbox, links, pipeline, rows, tokens, verdicts
from tracking.models import Draft, Event, Hearing, Pending
from tracking.seen import Seen

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OWN = "http://127.0.0.1:8000/piece/"


@pytest.fixture(autouse=True)
def settled(settings, monkeypatch):
    """The default settle time, and a day on which all of it has passed."""
    settings.SETTLE_SECONDS = 90
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(hours=30))
    HomePage.objects.first().add_child(instance=AssetPage(title="Piece", slug="piece"))


class Mail:
    """One reader's mail with so many links, and what happens to them: seconds after it was sent."""

    def __init__(self, number=9):
        self.ref, self.number, self.drafts = uuid4(), number, []

    def follow(self, *seconds, trap=False, signs="", url=None):
        for at, second in enumerate(seconds):
            properties = {"links": self.number} | ({"trap": True} if trap else {})
            early = verdicts.after_sending(second)
            payload = {"url": url or f"https://elsewhere.example/{at}/", "properties": properties}
            self._add("link_followed", "link", second, payload, f"{signs} {early}".strip())
        return self

    def read(self, second, stays=60):
        """Follow the link to our piece; the page reports back after a second and at the end."""
        self.follow(second, url=OWN)
        self._add("page_viewed", "script", second + 1, {"url": OWN})
        return self._add("asset_read", "script", second + stays, {"url": OWN})

    def _add(self, kind, source, second, payload, signs=""):
        at = AT + timedelta(seconds=second)
        facts = {"ua": BROWSER["user-agent"], "method": "GET", "signs": signs}
        payload = payload | {"link": self.ref.hex, "mailed": True}
        self.drafts.append(
            Draft(uuid=uuid4(), kind=kind, source=source, occurred_at=at, received_at=at, payload=payload, facts=facts)
        )
        return self

    def judged(self):
        """The verdicts of its events, in order of time."""
        events = Event.objects.filter(link_ref=self.ref).order_by("occurred_at", "id")
        return [(event.kind, str(event.verdict), event.reasons) for event in events]


def settle(*mails):
    inbox.submit([one for mail in mails for one in mail.drafts])
    while pipeline.run_batch() or hearings.hear():
        pass


def scanners(chance):
    """Mails and what scanners do to them: after the field data, a sweep of all links 43 s (median) after sending."""
    for _ in range(30):  # a real browser's user agent, every header, all in less than a second
        begun = chance.lognormvariate(3.76, 0.8)
        number = chance.randint(4, 12)
        yield Mail(number).follow(*sorted(begun + chance.random() for _ in range(number)))
    for _ in range(10):  # slower: one link after another
        begun, number = chance.uniform(5, 4000), chance.randint(5, 12)
        yield Mail(number).follow(*(begun + at * chance.uniform(0.5, 4) for at in range(number)))
    for _ in range(10):  # a mail with two links
        begun = chance.uniform(5, 4000)
        yield Mail(2).follow(begun, begun + chance.random())
    for _ in range(10):  # one link only, a page of ours, opened without its script
        yield Mail(1).follow(chance.uniform(5, 4000), url=OWN)
    for _ in range(10):  # everything, even what nobody can see
        begun = chance.uniform(5, 4000)
        yield Mail(3).follow(begun).follow(begun + 1, trap=True, url="http://127.0.0.1:8000/")


def people(chance):
    """How people follow links: mostly one, sometimes a few, in tabs, twice, at once when the mail lies open."""
    for _ in range(120):
        yield Mail(chance.randint(1, 9)).read(min(chance.lognormvariate(8, 2) + 4, 90000))
    for _ in range(30):  # two or three in tabs
        begun = chance.uniform(30, 90000)
        gaps = [begun + at * chance.uniform(2, 8) for at in range(chance.randint(2, 3))]
        yield Mail(chance.randint(5, 9)).follow(*gaps)
    for _ in range(20):  # pressed twice
        begun = chance.uniform(130, 90000)
        yield Mail(4).follow(begun, url=OWN).read(begun + 1)
    for _ in range(15):  # both links of a short mail, one after the other was read
        begun = chance.uniform(30, 90000)
        yield Mail(2).read(begun).follow(begun + chance.uniform(20, 300))
    for _ in range(15):  # the mail arrives while they look at it
        yield Mail(3).read(chance.uniform(3, 9))


@pytest.mark.parametrize("seed", range(6))
def test_no_scanner_is_taken_for_a_person_and_hardly_a_person_for_a_scanner(seed):
    chance = random.Random(seed)
    robots, readers = list(scanners(chance)), list(people(chance))
    settle(*robots, *readers)
    assert [mail.judged() for mail in robots if any(verdict == "human" for _, verdict, _ in mail.judged())] == []
    missed = [mail.judged() for mail in readers if all(verdict != "human" for _, verdict, _ in mail.judged())]
    assert len(missed) <= 0.02 * len(readers), missed
    assert Hearing.objects.count() == 0


def test_sweep_seen_after_the_first_click_turns_the_first_click_too():
    mail = Mail(5).follow(300)
    settle(mail)
    assert mail.judged() == [("link_followed", "human", [])]
    later = Mail(5).follow(*[300 + at / 10 for at in range(1, 5)])
    later.ref, first = mail.ref, Event.objects.get().uuid
    for one in later.drafts:
        one.payload |= {"link": mail.ref.hex, "url": f"https://elsewhere.example/other/{one.uuid}"}
    settle(later)
    assert {(verdict, *reasons) for _, verdict, reasons in mail.judged()} == {("robot", "sweep")}
    turned = Pending.objects.filter(consumer="nurture.verdicts").values_list("event_uuid", flat=True)
    assert set(turned) == set(Event.objects.values_list("uuid", flat=True))
    assert first in turned


def test_page_that_reports_back_late_makes_the_click_a_persons_again():
    mail = Mail(3).follow(200, url=OWN)
    settle(mail)
    assert mail.judged() == [("link_followed", "robot", ["no_beacon"])]
    Pending.objects.all().delete()
    slow = Mail(3)
    slow.ref = mail.ref
    slow._add("page_viewed", "script", 320, {"url": OWN})
    settle(slow)
    assert [verdict for _, verdict, _ in mail.judged()] == ["human", "human"]
    assert Pending.objects.filter(consumer="nurture.verdicts").count() == 1


def test_person_who_reads_after_the_scanner_is_a_person():
    mail = Mail(3).follow(40, 40.2, 40.4).read(7200)
    settle(mail)
    assert [verdict for _, verdict, _ in mail.judged()] == ["robot"] * 3 + ["human"] * 3


def test_flooded_mail_is_a_robot_s_and_hides_no_robot_of_another(monkeypatch):
    monkeypatch.setattr(hearings, "MOST", 6)
    flooded, other, reader = Mail(9), Mail(5).follow(80, 80.1, 80.2, 80.3, 80.4), Mail(5).read(80)
    flooded.follow(*(9 * at for at in range(12)), url="https://elsewhere.example/")
    settle(flooded, other, reader)
    assert {verdict for _, verdict, _ in flooded.judged()} == {"robot"}
    assert all("sweep" in reasons for _, _, reasons in flooded.judged())
    assert {verdict for _, verdict, _ in other.judged()} == {"robot"}
    assert {verdict for _, verdict, _ in reader.judged()} == {"human"}


@pytest.mark.parametrize(
    ("seconds", "found"),
    [((0, 1, 9, 10, 30, 30.5, 31), [(30, 31)]), ((0, 0.5, 1, 1.5, 2.5, 3), [(0, 3)]), ((0, 0.5), [])],
    ids=["slow, then fast", "joined", "two"],
)
def test_sweeps_are_the_stretches_in_which_links_were_followed_too_fast(seconds, found):
    clicks = [
        Event(occurred_at=AT + timedelta(seconds=second), url=f"/{at}/", properties={"links": 9})
        for at, second in enumerate(seconds)
    ]
    told = [tuple((moment - AT).total_seconds() for moment in stretch) for stretch in hearings.sweeps(clicks)]
    assert told == found


def test_link_of_a_post_that_many_follow_is_never_heard():
    drafts = Mail(0).follow(1, 1.1, 1.2, 1.3).drafts
    for one in drafts:
        one.payload.pop("mailed")
    inbox.submit(drafts)
    pipeline.run_batch()
    assert Hearing.objects.count() == 0


def test_verdict_is_open_until_it_is_heard(monkeypatch):
    mail = Mail(3).follow(0, url=OWN)
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(seconds=30))
    settle(mail)
    uuid = Event.objects.get().uuid
    assert hearings.is_open(uuid)
    assert not hearings.is_open(uuid4())
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(seconds=60))
    assert hearings.hear() == 1
    assert not hearings.is_open(uuid)
    assert mail.judged()[0][1] == "robot"


def test_token_of_a_mail_tells_how_many_links_it_has_and_when_it_went(monkeypatch):
    ref, seen = uuid4(), Seen("link", rows.as_json({"ua": BROWSER["user-agent"], "accept_language": "pt-PT"}))
    monkeypatch.setattr(clock, "now", lambda: AT)
    link = token_of(links.tracked_url(OWN, ref, links=4, sent_at=AT - timedelta(seconds=50)))
    trap = token_of(links.trap_url(ref, 4))
    followed = [draft.from_link(tokens.read("link", token), seen) for token in (link, trap)]
    inbox.submit(list(map(rows.draft, [*followed, draft.from_trap(link, seen), draft.from_trap("", seen)])))
    pipeline.run_batch()
    found = Event.objects.order_by("id").values_list("properties", "reasons", "verdict")
    assert list(found) == [
        ({"links": 4}, ["early"], "human"),
        ({"links": 4, "trap": True}, [], "human"),
        ({"trap": True}, ["honeypot"], "robot"),
        ({"trap": True}, ["honeypot"], "robot"),
    ]
    assert Hearing.objects.count() == 3
    monkeypatch.setattr(clock, "now", lambda: AT + timedelta(seconds=70))
    hearings.hear()
    assert list(Event.objects.order_by("id").values_list("verdict", flat=True)) == ["robot"] * 4


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one table")
def test_only_the_months_of_what_is_heard_are_asked():
    old, new = datetime(1995, 6, 15, tzinfo=UTC), datetime(1997, 6, 15, tzinfo=UTC)
    for at in (old, new, *(old + timedelta(days=31 * n) for n in range(1, 12))):
        same = {"occurred_at": at, "received_at": at}
        ledger.store(Event(uuid=uuid4(), kind="x", source="link", link_ref=uuid4(), **same))
    heard = Event.objects.filter(occurred_at__in=(old, new))
    due = [Hearing(event_uuid=one.uuid, link_ref=one.link_ref, occurred_at=one.occurred_at) for one in heard]
    with CaptureQueriesContext(connection) as asked:
        hearings._changed(due)
        hearings._rewrite([one for one in heard if one.occurred_at == old and not setattr(one, "is_turned", False)])
        hearings.is_open(due[0].event_uuid)
    for query in asked.captured_queries:
        if '"tracking_event"' in query["sql"]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {query['sql']}")
                plan = " ".join(line for (line,) in cursor.fetchall())
            asked_of = set(re.findall(r"tracking_event_(\d{4}_\d\d)\b", plan))
            assert asked_of <= {"1995_06", "1997_06"}


def token_of(url):
    return url.rpartition("/")[2]


def test_number_of_queries_is_the_same_for_one_mail_and_for_forty(django_assert_num_queries):
    for number in (1, 40):
        inbox.submit([one for _ in range(number) for one in Mail(4).follow(5, 5.1, 5.2, 5.3).drafts])
        pipeline.run_batch()
        with django_assert_num_queries(8):
            assert hearings.hear() == 4 * number
