"""Ten thousand mutations of what strangers send (LEDE_EXAMPLES): nobody is led astray, nothing breaks."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzzing import EACH, EXAMPLES, bodies, examples, mutations
from tracking import links, rows, tokens

DESTINATION = "https://other.example/a?b=c"


@examples(EXAMPLES // EACH)
@given(seed=st.integers(0, 2**64))
def test_mutated_token_is_refused(seed):
    for changed in mutations(tokens.sign("link", {"d": DESTINATION, "r": UUID(int=5).hex}), seed):
        with pytest.raises(tokens.BadToken):
            tokens.read("link", changed)


@examples(EXAMPLES // EACH)
@given(seed=st.integers(0, 2**64))
def test_mutated_link_redirects_nowhere_else(ask, seed):
    path = links.tracked_url(DESTINATION, UUID(int=5)).removeprefix("http://127.0.0.1:8000")
    for changed in mutations(path, seed):
        status, headers = ask("GET", changed)
        assert (status, b"location" in headers) in ((404, False), (405, False), (400, False)), changed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
EVENT = st.fixed_dictionaries(
    {"uuid": st.uuids().map(str), "kind": st.just("page_viewed")},
    optional=dict.fromkeys(("url", "title", "visitor", "occurred_at", "properties", "referrer"), JSON),
)
HEADERS = st.dictionaries(
    st.sampled_from([b"user-agent", b"referer", b"accept-language", b"purpose", b"origin", b"host", b"dnt"]),
    st.binary(max_size=20).map(lambda value: value.replace(b"\0", b"")),
)


@examples(EXAMPLES // 20)
@given(
    method=st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "PUT"]),
    path=st.sampled_from(["/t/p.gif", "/t/e", "/t/h", "/t/s/abc", "/t/u/x", "/v1/track"])
    | st.text(max_size=9).map("/t/".__add__),
    query=st.binary(max_size=80) | st.just(b"k=page_viewed&u=%ff%00+%E2%82%AC"),
    headers=HEADERS,
    body=st.binary(max_size=60) | EVENT.map(lambda data: json.dumps(data).encode()),
)
def test_no_request_breaks_the_collector_and_every_row_can_be_copied(ask, stored, method, path, query, headers, body):
    status, _ = ask(method, path, query, headers.items(), body)
    check(status, stored)


PIXEL = "k=asset_read&u=https%3A%2F%2Fyour.site%2F&r=https%3A%2F%2Fx.example&e=5b1c0f4e-0000-4000-8000-000000000001"
BEACON = [
    {
        "uuid": "5b1c0f4e-0000-4000-8000-000000000001", "kind": "asset_read", "url": "https://your.site/a/?utm_source=x",
        "referrer": "https://x.example/", "title": "A", "visitor": "5b1c0f4e-0000-4000-8000-000000000002", "link": "",
        "occurred_at": "2026-03-01T12:00:00Z", "properties": {"seconds": 15, "depth": 50, "more": [1, {"a": "b"}]},
    },
    {"uuid": "5b1c0f4e-0000-4000-8000-000000000003", "kind": "page_viewed", "staff": True},
]  # fmt: skip
SEGMENT = {
    "sentAt": "2026-03-01T12:00:01Z",
    "context": {"userAgent": "Mozilla/5.0 (X11)", "page": {"url": "https://a.example/"}, "campaign": {"name": "c"}},
    "batch": [
        {
            "type": "track",
            "event": "Asset Downloaded",
            "userId": "7",
            "properties": {"file": "a.pdf"},
            "messageId": "m",
        },
        {
            "type": "identify",
            "anonymousId": "a",
            "userId": 7,
            "traits": {"email": "a@b.example", "company": {"name": "C"}},
        },
        {"type": "page", "name": "Home", "anonymousId": "a", "timestamp": "2026-03-01T12:00:00Z", "properties": {}},
        {"type": "group", "groupId": "g", "userId": "7", "traits": {"name": "C", "domain": "c.example"}},
        {"type": "alias", "userId": "7", "previousId": "6"},
    ],
}


def check(status, stored):
    """No fault of ours, and all that was taken can be stored and read back."""
    assert status < 500
    for row in stored.rows:
        copied = rows.copied([row]).decode()
        assert (copied.count("\n"), copied.count("\t"), "\0" in copied) == (1, len(rows.COLUMNS) - 1, False)
        assert rows.of_draft(rows.draft(row)) == row
    stored.rows.clear()


@examples(EXAMPLES // EACH)
@given(seed=st.integers(0, 2**64))
def test_mutated_query_breaks_nothing(ask, stored, seed):
    for changed in mutations(PIXEL, seed):
        check(ask("GET", "/t/p.gif", changed.encode("utf-8", "replace"))[0], stored)


@examples(EXAMPLES // EACH)
@given(seed=st.integers(0, 2**64))
def test_mutated_beacon_breaks_nothing(ask, stored, seed):
    for changed in bodies(BEACON, seed):
        check(ask("POST", "/t/e", body=changed.encode("utf-8", "replace"))[0], stored)


@examples(EXAMPLES // EACH)
@given(seed=st.integers(0, 2**64))
def test_mutated_segment_batch_breaks_nothing(ask, stored, segment_key, seed):
    for changed in bodies(SEGMENT, seed):
        check(ask("POST", "/v1/batch", headers=segment_key, body=changed.encode("utf-8", "replace"))[0], stored)
