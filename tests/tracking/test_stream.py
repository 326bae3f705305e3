"""The stream of events: what it says, of whom and to whom, and what it costs."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from cms import clock, policy
from cms.models import AssetPage, HomePage
from tests import ledger
from tracking import stream, verdicts, words
from tracking.batch import Reason
from tracking.kinds import KINDS, STATED_KINDS
from tracking.models import DropCount, Event
from tracking.models.events import Verdict

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
LIVE = "/admin/ledger/"


def event(**changes):
    now = clock.now()
    values = {"uuid": uuid4(), "kind": "page_viewed", "occurred_at": now, "received_at": now, "source": "script"}
    return Event(**(values | changes))


@pytest.fixture
def piece():
    return HomePage.objects.get().add_child(instance=AssetPage(title="How cold is cold", slug="cold"))


def test_every_closed_list_has_its_words():
    assert set(words.KINDS) == {*KINDS, *STATED_KINDS}
    assert set(words.VERDICTS) == set(Verdict)
    assert set(words.REASONS) == set(verdicts.REASONS)
    assert set(words.DROPPED) == set(Reason)


def test_a_line_says_what_where_who_and_why(client, make_user, piece):
    client.force_login(make_user("ana", policy.ANALYST))
    read = {"seconds": 75, "depth": 90, "name": "Ines"}
    ledger.store(
        *[
            event(kind="asset_read", asset_id=piece.pk, properties=read, device="phone"),
            event(properties={"said_at": "2031-02-03T04:05:06+00:00"}),
            event(properties={"said_at": ["nonsense", 7]}),
            event(url="https://x.example/a/?email=ines@example.com", verdict="robot", reasons=["crawler"]),
        ],
    )
    DropCount.objects.create(reason="duplicate", hour=clock.now().replace(minute=0), count=3)
    page = client.get(LIVE).content.decode()
    for said in ("Piece read", "How cold is cold", "75 s visible, 90 % of it seen", "Page script, phone", "Robot"):
        assert said in page
    assert "A known crawler" in page
    assert page.count("its sender's clock said") == page.count("its sender's clock said 3 Feb 2031, 04:05") == 1
    assert "<strong>3</strong> sent twice" in page
    assert "ines@example.com" not in page
    assert "Ines" not in page


def test_what_a_program_did_has_its_name_and_another_site_its_host(client, marketer):
    client.force_login(marketer)
    ledger.store(
        event(kind="action_taken", source="server", properties={"event": "Trial <started>"}),
        event(kind="action_taken", source="server", properties={"event": "Mail to ines@example.com"}),
        event(url="https://shop.example/prices/?q=1"),
        event(url="http://testserver/own/", properties={"event": "said by a page"}),
    )
    page = client.get(LIVE).content.decode()
    for said in ("“Trial &lt;started&gt;”", "shop.example/prices/<", "/own/<"):
        assert said in page
    for hidden in ("ines@", "?q=1", "said by a page"):
        assert hidden not in page


def test_filters_narrow_and_say_so(client, marketer, piece):
    client.force_login(marketer)
    old = clock.now() - timedelta(days=3)
    ledger.store(
        *[
            event(url="/old/", received_at=old, occurred_at=old),
            event(url="/robot/", verdict="robot"),
            event(url="/read/", kind="asset_read", asset_id=piece.pk),
        ],
    )
    shown = {
        query: [path for path in ("/old/", "/robot/", "How cold") if path in client.get(LIVE + query).content.decode()]
        for query in ("?since=day", "?verdict=robot", "?kind=asset_read", f"?asset={piece.pk}", "?kind=mail_opened")
    }
    assert shown == {
        "?since=day": ["/robot/", "How cold"],
        "?verdict=robot": ["/robot/"],
        "?kind=asset_read": ["How cold"],
        f"?asset={piece.pk}": ["How cold"],
        "?kind=mail_opened": [],
    }
    assert "No event is like that" in client.get(LIVE + "?kind=mail_opened").content.decode()


def test_it_is_paged_by_key_and_new_rows_come_alone(client, marketer, monkeypatch):
    client.force_login(marketer)
    monkeypatch.setattr(stream, "ROWS", 2)
    ledger.store(*[event(url=f"/p{n}/") for n in range(5)])
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True)
    first = client.get(LIVE).content.decode()
    assert [n for n in range(5) if f"/p{n}/" in first] == [3, 4]
    assert f"?before={newest[1]}" in first
    second = client.get(f"{LIVE}?before={newest[1]}").content.decode()
    assert [n for n in range(5) if f"/p{n}/" in second] == [1, 2]
    added = client.get(f"{LIVE}?after={newest[1]}")
    assert "/p4/" in added.content.decode()
    assert "<html" not in added.content.decode()
    assert added["X-Newest"] == str(newest[0])
    assert client.get(f"{LIVE}?before=x").status_code == 400


def test_a_rare_kind_is_looked_for_in_bounded_steps(monkeypatch):
    monkeypatch.setattr(stream, "REACH", 3)
    ledger.store(*[event(kind="mail_opened"), *(event() for _ in range(5))])
    found = stream.read(stream.Wanted(kind="mail_opened"))
    assert (found.events, found.is_cut) == ([], True)
    further = stream.read(stream.Wanted(kind="mail_opened", before=found.older))
    assert [one.kind for one in further.events] == ["mail_opened"]
    assert (further.older, further.is_cut) == (None, False)


def test_an_empty_ledger_says_what_will_come(client, marketer):
    client.force_login(marketer)
    assert "Nothing has come in yet" in client.get(LIVE).content.decode()


def test_only_who_may_see_the_ledger_does(client, editor, owner, stranger):
    ledger.store(*[event(url="/seen/")])
    client.force_login(editor)
    assert "/seen/" in client.get(LIVE).content.decode()
    for person in (owner, stranger):
        client.force_login(person)
        assert client.get(LIVE).status_code == 302


def test_a_screenful_costs_the_same_for_any_number_of_events(client, marketer, piece, django_assert_num_queries):
    client.force_login(marketer)
    client.get(LIVE)
    for rows in (1, 3):
        ledger.store(*[event(asset_id=piece.pk, link_ref=uuid4()) for _ in range(rows)])
        with django_assert_num_queries(17):
            client.get(reverse("ledger:live"))
