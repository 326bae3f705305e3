"""The Segment API: its messages become our events, its limits and answers are kept, browser keys keep to sites."""

import base64
import gzip
import json
from datetime import timedelta
from uuid import UUID, uuid4, uuid5

import pytest

from cms import clock
from tests.tracking.calling import call
from tracking import accounts, keys, pipeline, segment, times
from tracking.models import Draft, DropCount, Event, Visitor, WriteKey

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("own_writer"),
]
SHOP = "https://shop.example"
PERSON = UUID(int=9)


@pytest.fixture
def server():
    return keys.make("crm", "server")


@pytest.fixture
def browser():
    return keys.make("shop", "browser", [SHOP])


def send(key, call_, data, **headers):
    """One request as the client libraries make it; then the worker takes it over."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    basic = base64.b64encode(f"{key}:".encode()).decode()
    answer = call(
        ("POST", f"/v1/{call_}", {"content": body, "headers": {"authorization": f"Basic {basic}"} | headers})
    )[0]
    pipeline.run_batch()
    return answer


def message(**fields):
    return {"messageId": str(uuid4()), "anonymousId": str(PERSON)} | fields


def test_page_becomes_a_page_viewed_by_its_reader(server):
    page = {"url": "https://lede.example/a/", "title": "A", "referrer": "https://search.example/"}
    sent = message(
        name="Home",
        properties=page,
        context={
            "userAgent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0",
            "campaign": {"name": "spring"},
        },
    )
    answer = send(server, "page", sent)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    event = Event.objects.get()
    assert (str(event.uuid), event.kind, event.url, event.source) == (
        sent["messageId"],
        "page_viewed",
        page["url"],
        "server",
    )
    assert (event.visitor.key, event.verdict, event.utm) == (PERSON, "human", {"campaign": "spring"})


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Asset Downloaded", "asset_downloaded"), ("asset_rated", "asset_rated"), ("Order \t Completed", "action_taken")],
    ids=["words", "kind", "of others"],
)
def test_track_is_one_of_our_kinds_or_an_action_by_its_name(server, name, kind):
    send(server, "track", message(event=name, properties={"value": 1}))
    event = Event.objects.get()
    assert (event.kind, event.properties.get("event"), event.properties["value"]) == (
        kind,
        name if kind == "action_taken" else None,
        1,
    )


def test_message_sent_again_is_stored_once_and_any_id_will_do(server):
    for _ in range(3):
        send(server, "track", message(messageId="ajs-1", anonymousId="", userId=17, event="Seen"))
    assert (Event.objects.count(), DropCount.objects.get().reason, Visitor.objects.count()) == (1, "duplicate", 1)


def test_batch_in_gzip_takes_the_good_and_counts_the_bad(server):
    good = [
        message(type="track", event="Seen"),
        message(type="screen", name="Cart"),
        message(type="alias", userId="a", previousId="b"),
    ]
    bad = [
        {"type": "video"},
        7,
        message(type="track"),
        message(type="track", event="Deep", properties={"a": [[[[[[[1]]]]]]]}),
    ]
    body = gzip.compress(json.dumps({"batch": good + bad, "sentAt": "2026-01-01T00:00:00Z"}).encode())
    assert send(server, "batch", body, **{"content-encoding": "gzip"}).status_code == 200
    assert set(Event.objects.values_list("kind", flat=True)) == {"action_taken", "page_viewed", "merge_proposed"}
    assert (DropCount.objects.get().reason, DropCount.objects.get().count) == ("malformed", 4)
    assert accounts.balance().holds


@pytest.mark.parametrize(
    ("call_", "body", "encoding"),
    [
        ("track", b"{", ""),
        ("track", b"[]", ""),
        ("track", b'{"event": ""}', ""),
        ("track", json.dumps({"event": "x" * segment.MAX_MESSAGE}).encode(), ""),
        ("batch", b'{"batch": []}', ""),
        ("batch", json.dumps({"batch": [{"type": "track", "event": "x" * segment.MAX_MESSAGE}]}).encode(), ""),
        ("batch", gzip.compress(b" " * (segment.MAX_BATCH + 1)), "gzip"),
        ("batch", gzip.compress(b"{}")[:-4], "gzip"),
        ("batch", b"no gzip", "gzip"),
    ],
    ids=["cut", "list", "no name", "33 KB", "empty", "33 KB inside", "bomb", "cut gzip", "no gzip"],
)
def test_what_is_too_large_or_no_message_is_refused(server, call_, body, encoding):
    answer = send(server, call_, body, **({"content-encoding": encoding} if encoding else {}))
    assert (answer.status_code, answer.json()["error"].keys()) == (400, {"what", "where", "why"})
    assert not Draft.objects.exists()


def test_without_a_key_nothing_is_taken():
    wrong = base64.b64encode(b"v1.test.e30.AAAA:").decode()
    for headers in (
        {},
        {"authorization": f"Basic {wrong}"},
        {"authorization": "Basic ="},
        {"authorization": "Digest x"},
    ):
        assert call(("POST", "/v1/track", {"json": message(event="x"), "headers": headers}))[0].status_code == 401


def test_impossible_times_are_clamped_and_break_nothing(server):
    sent = message(event="x", timestamp="9999-12-30T00:00:00Z", sentAt="0001-01-01T00:00:00Z")
    assert send(server, "batch", {"batch": [{"type": "track"} | sent]}).status_code == 200
    assert Event.objects.get().occurred_at <= Event.objects.get().received_at


def test_browser_key_is_bound_to_its_origins_and_its_word_about_people_is_an_event(browser):
    preflight = call(("OPTIONS", "/v1/page", {"headers": {"origin": SHOP}}))[0]
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, SHOP)
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    there = {"origin": SHOP, "accept-language": "en"}
    said = message(userId="7", traits={"email": "ines@reader.example"})
    assert send(browser, "identify", said, **there).headers["access-control-allow-origin"] == SHOP
    event = Event.objects.get()
    told = {"traits": {"email": "ines@reader.example"}, "site": SHOP, "key": WriteKey.objects.get().digest}
    assert (event.kind, event.properties, event.source) == ("person_claimed", told, "api")
    send(browser, "track", message(event="Mail Opened"), **there)
    assert Event.objects.latest("id").kind == "action_taken"
    send(browser, "page", message(), origin="https://evil.example")
    send(browser, "page", message())
    assert (DropCount.objects.get().reason, DropCount.objects.get().count) == ("wrong_origin", 2)


def test_browser_key_reaches_no_user_of_a_server_by_a_guessed_id(server, browser):
    send(server, "identify", message(userId="17", traits={}))
    known = set(Event.objects.get().properties["visitors"])
    guesses = [{"userId": "17"}, {"anonymousId": "user:17"}, {"anonymousId": str(uuid5(segment.NAMESPACE, "user:17"))}]
    for guess in guesses:
        send(browser, "page", {"anonymousId": ""} | guess, origin=SHOP)
    read = Event.objects.filter(kind="page_viewed").order_by("id").values_list("visitor__key", flat=True)
    assert (len(known), len(read), read[0]) == (2, 3, None)
    assert not known & set(map(str, read))
    send(server, "page", {"userId": "17"})
    assert str(Event.objects.latest("id").visitor.key) in known


def test_time_is_counted_from_sending_and_clamped_without_a_history_key(server):
    now = clock.now()
    wrong_clock = {"sentAt": "2031-01-01T00:02:00Z", "timestamp": "2031-01-01T00:00:00Z"}
    send(server, "track", message(event="x", **wrong_clock))
    send(server, "track", message(event="y", timestamp="2020-01-01T00:00:00Z"))
    send(keys.make("old", "history"), "track", message(event="z", timestamp="2020-01-01T00:00:00Z"))
    late, old, believed = Event.objects.order_by("id")
    assert abs(late.occurred_at - (now - timedelta(minutes=2))) < timedelta(seconds=30)
    assert old.received_at - old.occurred_at == times.CLAMP
    assert believed.occurred_at.year == 2020
    said = [event.properties.get("said_at") for event in (late, old, believed)]
    assert said == ["2031-01-01T00:00:00+00:00", "2020-01-01T00:00:00+00:00", None]
