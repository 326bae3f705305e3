"""Plain events are read by types; whatever is taken so would be taken by words too, and give the same row."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms import clock
from tracking import draft, plain
from tracking.kinds import KINDS
from tracking.seen import Seen

AT = clock.now()
SEEN = [Seen("script", facts='{"ua":"x"}'), Seen("pixel", referer="https://a.example/"), Seen("script", objects=True)]
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
UUIDS = st.uuids().flatmap(lambda one: st.sampled_from([str(one), one.hex, str(one).upper(), f"{{{one}}}"]))
EVENTS = st.fixed_dictionaries(
    {"uuid": UUIDS, "kind": st.sampled_from(KINDS)},
    optional={
        "url": st.text(max_size=40) | st.just("x" * 2000) | VALUES,
        "referrer": st.text(max_size=40) | st.just("x" * 2001),
        "title": st.text(max_size=40) | st.just("é" * 300) | st.just("é" * 301),
        "visitor": UUIDS | st.just("") | VALUES,
        "properties": st.dictionaries(st.text(max_size=9), VALUES | st.lists(VALUES, max_size=2), max_size=3) | VALUES,
        "link": st.just("") | VALUES,
        "staff": VALUES,
        "occurred_at": st.just("2026-03-01T12:00:00Z"),
        "odd": VALUES,
    },
)


def by_words(data, seen):
    try:
        return draft._row(data, seen, AT, "the event")
    except draft.Malformed:
        return None


@given(EVENTS, st.sampled_from(SEEN), st.booleans())
def test_row_is_that_of_the_careful_reader(data, seen, is_escaped):
    body = json.dumps(data, ensure_ascii=is_escaped).encode("utf-8", "surrogatepass")
    row = plain.of_body(body, seen, AT.isoformat())
    assert row is None or row == by_words(draft.parsed(body), seen)


@given(EVENTS, st.sampled_from(SEEN))
def test_row_of_a_query_is_that_of_the_careful_reader(data, seen):
    fields = {name: str(value) for name, value in data.items() if value not in (None, "")}
    row = plain.of_fields(fields, seen, AT.isoformat())
    assert row is None or row == by_words(fields, seen)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"url": "https://a.example/ü?b=c", "referrer": "https://b.example/", "title": "What rates mean"},
        {"visitor": "00000000-0000-4000-8000-000000000002", "properties": {"seconds": 34, "depth": 0.75, "by": "ü"}},
        {"uuid": "00000000000040008000000000000001", "kind": "asset_read", "properties": {}},
    ],
)
def test_what_our_own_script_tells_is_plain(changes):
    data = {"uuid": "00000000-0000-4000-8000-000000000001", "kind": "page_viewed"} | changes
    row = plain.of_body(json.dumps(data, ensure_ascii=False).encode(), SEEN[0], AT.isoformat())
    assert row is not None
    assert row == by_words(data, SEEN[0])


def test_kind_that_no_browser_may_claim_is_not_plain():
    data = {"uuid": "00000000-0000-4000-8000-000000000001", "kind": "link_followed"}
    assert plain.of_body(json.dumps(data).encode(), SEEN[0], AT.isoformat()) is None
