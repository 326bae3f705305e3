"""Drafts: good shapes come through, everything else is refused with what, where and why."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracking import draft, links, rows, times, tokens
from tracking.seen import Seen, truncated

SEEN = Seen("script")
HISTORY = Seen("server", scope="history")


def event(**changes):
    return {"uuid": str(uuid4()), "kind": "page_viewed"} | changes


def read(data, seen=SEEN):
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return [rows.draft(row) for row in draft.from_body(body, seen)]


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "body"),
        (b"\xff", "body"),
        (b"[" * 60_000, "body"),
        (b"x" * (draft.MAX_BODY + 1), "body"),
        ([], "body"),
        ([event()] * 101, "body"),
        ([event(), 7], "event"),
        ({"kind": "page_viewed"}, "uuid"),
        (event(uuid="nonsense"), "uuid"),
        (event(kind="page_burned"), "kind"),
        (event(kind="asset_rated"), "kind"),
        (event(url="x" * 2001), "url"),
        (event(url=7), "url"),
        (event(visitor="me"), "visitor"),
        (event(link="v1.test.e30.AAAA"), "link"),
        (event(occurred_at="yesterday"), "occurred_at"),
        (event(occurred_at="2026-01-01T00:00:00"), "occurred_at"),
        (event(occurred_at="0001-01-01T00:00:00+14:00"), "occurred_at"),
        (event(occurred_at="9999-12-31T23:59:59-14:00"), "occurred_at"),
        (event(properties=[]), "properties"),
        (event(properties={"a": "x" * 9000}), "properties"),
        (event(properties={"a": [[[[[[1]]]]]]}), "properties"),
        (json.dumps(event(uuid=str(UUID(int=1)), properties={"a": 7})).replace("7}", "1e999}").encode(), "body"),
        (b'{"kind": NaN}', "body"),
        (event(verdict="human"), "verdict"),
    ],
)
def test_malformed_event_is_refused_with_what_where_and_why(body, what):
    with pytest.raises(draft.Malformed) as refused:
        read(body)
    assert (refused.value.what, refused.value.as_json().keys()) == (what, {"what", "where", "why"})
    assert len(str(refused.value)) < 600  # never the whole input back


def test_list_of_events_is_bounded():
    assert len(read([event()] * 100)) == 100
    with pytest.raises(draft.Malformed, match="event 1"):
        read([event(), event(kind="odd")])


def test_link_token_is_verified_and_only_its_ref_is_kept():
    token = tokens.sign("link", {"d": "https://lede.example/", "r": UUID(int=5).hex})
    assert read(event(link=token))[0].payload == {"link": UUID(int=5).hex}
    with pytest.raises(draft.Malformed, match="does not match"):
        read(event(link=tokens.sign("open", {"r": UUID(int=5).hex})))


def test_kind_that_a_signed_link_proves_needs_it_or_a_write_key():
    token = tokens.sign("link", {"d": "https://lede.example/", "r": UUID(int=5).hex})
    opened = links.open_url(uuid4(), uuid4()).partition("?")[2]
    assert draft.from_query(opened.encode(), SEEN).kind == "mail_opened"
    with pytest.raises(draft.Malformed, match="signature"):  # a link's token opens no mail
        draft.from_query(f"k=mail_opened&l={token}".encode(), SEEN)
    assert read(event(kind="mail_opened"), HISTORY)[0].kind == "mail_opened"
    with pytest.raises(draft.Malformed, match="with a write key only"):
        draft.from_query(b"k=mail_opened", SEEN)


@pytest.mark.parametrize("shift", [timedelta(days=-900), timedelta(minutes=-11), timedelta(days=1)])
def test_time_is_clamped_unless_a_history_key_says_so(shift):
    at = (datetime.now(UTC) + shift).isoformat()
    clamped = read(event(occurred_at=at))[0]
    assert clamped.received_at - clamped.occurred_at == (times.CLAMP if shift < timedelta(0) else timedelta(0))
    believed = read(event(occurred_at=at), HISTORY)[0]
    assert believed.occurred_at == min(datetime.fromisoformat(at), believed.received_at)
    assert (clamped.payload["said_at"], "said_at" in believed.payload) == (at, shift > timedelta(0))


def test_clock_that_is_a_little_wrong_is_not_noted():
    for seconds in (-590, 0, 50):
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        assert "said_at" not in read(event(occurred_at=at.isoformat()))[0].payload


def test_too_many_pixel_fields_are_refused():
    with pytest.raises(draft.Malformed, match="more than 20 fields"):
        draft.from_query(b"&".join([b"a=1"] * 30), SEEN)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(
    st.dictionaries(st.sampled_from(sorted(draft.FIELDS)), values)
    | st.dictionaries(st.text(max_size=9), values, max_size=3)
    | st.fixed_dictionaries({"uuid": st.uuids().map(str), "kind": st.just("page_viewed"), "properties": values})
)
def test_any_json_is_a_draft_or_malformed_and_never_breaks(data):
    try:
        drafts = read(data)
    except draft.Malformed:
        return
    json.dumps([one.payload for one in drafts], allow_nan=False).encode()
    assert json.dumps([one.payload for one in drafts], ensure_ascii=False).encode("utf-8").count(b"\0") == 0


@given(st.binary(max_size=300))
def test_any_bytes_are_refused(body):
    with pytest.raises(draft.Malformed):
        draft.from_body(body, SEEN)


@given(st.binary(max_size=200))
def test_any_query_is_a_draft_or_malformed(query):
    with contextlib.suppress(draft.Malformed):
        assert draft.from_query(query, SEEN).source == "script"


@pytest.mark.parametrize(
    ("address", "stored"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        ("unix socket", ""),
        ("", ""),
    ],
)
def test_address_is_truncated(address, stored):
    assert truncated(address) == stored
