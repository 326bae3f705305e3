"""The collector over HTTP, against the real inbox file: what it acknowledges is durable; it never redirects astray."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest

from tests.tracking.calling import AGENT, call, get, path_of
from tracking import accounts, collector, draft, inbox, keys, links, pipeline, seen, spool, stores, times, writer
from tracking.models import Draft, DropCount, Event

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("own_writer"),
]
REF = UUID(int=5)


def event(**changes):
    return {"uuid": str(uuid4()), "kind": "page_viewed"} | changes


def post(data, **options):
    content = data if isinstance(data, bytes | str) else json.dumps(data)
    return call(("POST", "/t/e", {"content": content} | options))[0]


def write_key(scope):
    return {"authorization": f"Bearer {keys.make('test', scope)}"}


def test_event_is_in_the_inbox_when_it_is_acknowledged():
    sent = event(url="https://lede.example/a/?b=c", title="Zoë 日本 \U0001f600", properties={"seconds": 3})
    answer = post(sent, headers={"accept-language": "de"})
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1})
    stored = Draft.objects.get()
    assert (str(stored.uuid), stored.kind, stored.source) == (sent["uuid"], "page_viewed", "script")
    assert stored.payload == {name: sent[name] for name in ("url", "title", "properties")}
    assert stored.facts == {
        "ua": AGENT["user-agent"],
        "ip": "127.0.0.0",
        "method": "POST",
        "accept_language": "de",
        "mode": "consented",
    }


def test_list_of_events_and_plain_text_are_taken():
    answer = post([event(), event()], headers={"content-type": "text/plain;charset=UTF-8"})
    assert (answer.json(), Draft.objects.count()) == ({"accepted": 2}, 2)


def test_requests_that_arrive_together_share_a_commit(monkeypatch, own_writer):
    commits, store_class = [], type(stores.make())
    write = store_class.write

    async def write_when_all_wait(store, drafts):
        commits.append(len(drafts))
        async with asyncio.timeout(30):
            while own_writer._queued + sum(commits) < 200:
                await asyncio.sleep(0.01)
        await write(store, drafts)

    monkeypatch.setattr(store_class, "write", write_when_all_wait)
    answers = call(*[("POST", "/t/e", {"content": json.dumps(event())}) for _ in range(200)])
    assert ({answer.status_code for answer in answers}, sum(commits), len(commits) < 3) == ({202}, 200, True)
    assert Draft.objects.count() == 200


def test_pixel_takes_the_page_from_the_referer_and_is_never_cached():
    answer = get(
        "/t/p.gif?k=page_viewed&r=https%3A%2F%2Fsearch.example%2F", headers={"referer": "https://lede.example/x/"}
    )
    assert (answer.status_code, answer.headers["content-type"], len(answer.content)) == (200, "image/gif", 42)
    assert "no-store" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers
    stored = Draft.objects.get()
    assert (stored.source, stored.payload) == (
        "pixel",
        {"url": "https://lede.example/x/", "referrer": "https://search.example/"},
    )


def test_head_is_recorded_as_head_so_that_it_is_judged_a_robot():
    answer = call(("HEAD", "/t/p.gif?k=page_viewed", {}))[0]
    assert (answer.status_code, answer.content, Draft.objects.get().facts["method"]) == (200, b"", "HEAD")
    pipeline.run_batch()
    assert (Event.objects.get().verdict, Event.objects.get().reasons[0]) == ("robot", "head_request")


def test_malformed_event_is_refused_with_what_where_and_why():
    answer = post(event(kind="page_burned"))
    assert (answer.status_code, answer.json()["error"].keys()) == (400, {"what", "where", "why"})
    assert (answer.json()["error"]["what"], Draft.objects.count()) == ("kind", 0)


def test_one_malformed_event_refuses_the_whole_list():
    answer = post([event(), event(kind="odd")])
    assert (answer.status_code, answer.json()["error"]["where"], Draft.objects.count()) == (400, "event 1", 0)


def test_text_that_no_database_stores_is_made_storable():
    post(event(title="a\0b\ud800c"))
    pipeline.run_batch()
    assert Event.objects.get().properties == {"title": "a\ufffdb\ufffdc"}


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/t/e", 405, "POST, OPTIONS"),
        ("POST", "/t/p.gif", 405, "GET, HEAD"),
        ("DELETE", "/t/u/x", 405, "GET, HEAD, POST"),
        ("GET", "/t/", 404, None),
        ("GET", "/t/p.gif/x", 404, None),
        ("GET", "/v1/track", 405, "POST, OPTIONS"),
        ("POST", "/v1/tracks", 404, None),
    ],
)
def test_wrong_method_and_address_are_said(method, path, status, allow):
    answer = call((method, path, {}))[0]
    assert (answer.status_code, answer.headers.get("allow")) == (status, allow)


def test_page_of_another_site_may_not_send_unless_named(settings):
    there = {"origin": "https://other.example"}
    assert post(event(), headers=there).status_code == 400
    assert post(event(), headers={"origin": "http://["}).status_code == 400
    assert post(event(), headers={"origin": "http://testserver"}).status_code == 202
    settings.TRACKING_ORIGINS = ["https://other.example"]
    answer = post(event(), headers=there)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (202, "https://other.example")
    preflight = call(("OPTIONS", "/t/e", {"headers": there}))[0]
    assert (preflight.status_code, preflight.headers["access-control-allow-methods"]) == (204, "POST")


def test_write_key_makes_a_server_and_history_is_believed():
    at = "2020-01-01T00:00:00+00:00"
    assert post(event(occurred_at=at, kind="asset_rated"), headers=write_key("history")).status_code == 202
    stored = Draft.objects.get()
    assert (stored.source, stored.occurred_at.isoformat(), stored.facts["scope"]) == ("server", at, "history")
    assert post(event(), headers={"authorization": "Bearer v1.test.e30.AAAA"}).status_code == 401
    assert post(event(), headers={"authorization": "Basic eDp5"}).status_code == 401


def test_times_of_the_open_endpoint_are_clamped():
    post([event(occurred_at="2020-01-01T00:00:00Z"), event(occurred_at="2999-01-01T00:00:00Z")])
    old, future = Draft.objects.order_by("occurred_at")
    assert (old.received_at - old.occurred_at, future.received_at - future.occurred_at) == (
        times.CLAMP,
        times.CLAMP * 0,
    )


def test_objecting_browser_is_not_told_apart():
    post(event(visitor=str(uuid4())), headers={"sec-gpc": "1"})
    assert "visitor" not in Draft.objects.get().payload


def test_same_event_sent_again_is_acknowledged_and_stored_once():
    one = event()
    assert [post(one).status_code for _ in range(3)] == [202] * 3
    pipeline.run_batch()
    assert (Event.objects.count(), DropCount.objects.get().count) == (1, 2)


class Away(stores.SqliteStore):
    """A database that cannot be reached."""

    async def write(self, drafts):
        raise OSError("no such host")


def test_more_rows_than_one_statement_takes_are_stored_together():
    assert post([event() for _ in range(99)]).status_code == 202
    answers = call(*[("POST", "/t/e", {"content": json.dumps([event()] * 50)}) for _ in range(5)])
    assert ({answer.status_code for answer in answers}, Draft.objects.count()) == ({202}, 349)


def test_collector_by_itself_says_that_it_lives(monkeypatch):
    assert (get("/healthz").status_code, get("/healthz").text) == (200, "ok\n")
    assert call(("POST", "/healthz", {}))[0].status_code == 405


def test_database_away_spools_and_replays_under_the_same_uuid(monkeypatch):
    monkeypatch.setattr(stores, "make", Away)
    one = event()
    assert post(one).status_code == 202
    assert get(path_of(links.tracked_url("https://other.example/", REF))).status_code == 302
    assert (Draft.objects.count(), accounts.balance().spool) == (0, 2)
    inbox.submit([spool.waiting()[0]])
    pipeline.run_batch()
    assert (spool.replay(), pipeline.run_batch()) == (2, 2)
    assert (Event.objects.count(), accounts.balance().dropped, accounts.balance().holds) == (2, 1, True)


def test_disk_full_too_refuses_events_and_still_redirects(monkeypatch, settings):
    monkeypatch.setattr(stores, "make", Away)
    (settings.VAR_DIR / "spool").write_text("in the way of the folder, as a full disk is")
    answer = post(event())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert get(path_of(links.tracked_url("https://other.example/", REF))).status_code == 302
    assert not DropCount.objects.exists()  # nothing can be written yet


def test_full_queue_refuses_and_still_redirects(monkeypatch):
    monkeypatch.setattr(writer, "MAX_QUEUE", 0)
    assert (post(event()).status_code, get("/t/p.gif?k=page_viewed").status_code) == (503, 503)
    assert get(path_of(links.tracked_url("https://other.example/", REF))).status_code == 302


def test_flood_of_large_events_fills_no_memory(monkeypatch):
    monkeypatch.setattr(writer, "MAX_QUEUE_SIZE", 1000)
    large = event(properties={"text": "x" * 1000})
    assert (post(large).status_code, post(event()).status_code) == (503, 202)
    assert [post(event()).status_code for _ in range(30)] == [202] * 30
    assert Draft.objects.count() == 31


def test_slow_store_delays_no_redirect(monkeypatch, own_writer):
    store_class, seen_of = type(stores.make()), []
    write = store_class.write
    monkeypatch.setattr(collector, "LINK_PATIENCE", 0.01)
    scope = {"type": "http", "method": "GET", "query_string": b"", "headers": []}

    async def run():
        released = asyncio.Event()

        async def write_when_released(store, drafts):
            await released.wait()
            await write(store, drafts)
            seen_of.append("stored")

        async def send(message):
            seen_of.append(message.get("status", "body"))

        monkeypatch.setattr(store_class, "write", write_when_released)
        path = path_of(links.tracked_url("https://other.example/", REF))
        await collector.app(scope | {"path": path}, None, send)
        released.set()
        await own_writer.stop()

    asyncio.run(run())
    assert (seen_of, Draft.objects.count()) == ([302, "body", "stored"], 1)


def test_reader_who_leaves_ends_nothing_for_the_others(own_writer):
    rows_of = [draft.from_query(b"k=page_viewed", seen.Seen("pixel")) for _ in range(2)]

    async def wait_for(row):
        await own_writer.put([row])

    async def run():
        leaving, staying = [asyncio.create_task(wait_for(row)) for row in rows_of]
        await asyncio.sleep(0)
        leaving.cancel()
        await staying
        with pytest.raises(asyncio.CancelledError):
            await leaving
        await own_writer.stop()

    asyncio.run(run())
    assert Draft.objects.count() == 2


def test_end_of_the_lifespan_writes_what_waits(own_writer):
    received = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = []

    async def run():
        async def receive():
            if len(received) == 1:
                own_writer.put([draft.from_query(b"k=page_viewed", seen.Seen("pixel"))])
            return received.pop(0)

        async def send(message):
            sent.append(message["type"])

        await collector.app({"type": "lifespan"}, receive, send)

    asyncio.run(run())
    assert (sent, Draft.objects.count()) == (["lifespan.startup.complete", "lifespan.shutdown.complete"], 1)
