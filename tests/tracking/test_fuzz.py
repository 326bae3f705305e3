"""Ten thousand mutations of what strangers send (LEDE_EXAMPLES): nobody is led astray, nothing breaks."""

import asyncio
import json
import os
import random
import string
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st

from tracking import collector, links, rows, tokens

EXAMPLES = int(os.environ.get("LEDE_EXAMPLES", "10000"))
EACH = 20  # mutations of one example: Hypothesis spends a hundred times longer on making one than we on asking
DESTINATION = "https://other.example/a?b=c"
# What a mutation puts in: parts of addresses that browsers read in surprising ways, and any character.
BITS = [
    "/",
    "//",
    "\\",
    "@",
    ".",
    "..",
    "=",
    "%00",
    "%2f",
    "#",
    "?",
    "https://evil.example",
    "\r\n",
    "\0",
    "é",
    "\ud800",
]
LETTERS = string.ascii_letters + string.digits + "-_."


def examples(number):
    return profile(max_examples=number, deadline=None, suppress_health_check=list(HealthCheck))


class Stored:
    """The writer, taking everything at once."""

    def __init__(self):
        self.rows = []

    def put(self, batch, patience=0):
        self.rows += batch
        done = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done


@pytest.fixture(scope="module")
def stored():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collector, "writer", Stored())
        yield collector.writer


@pytest.fixture(scope="module")
def ask(stored):
    """ask(method, path, query, headers, body) -> status and headers of the answer; one loop for all of them."""
    with asyncio.Runner() as runner:

        def ask(method, path, query=b"", headers=(), body=b""):
            sent = []

            async def receive():
                return {"type": "http.request", "body": body, "more_body": False}

            async def send(message):
                sent.append(message)

            scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": list(headers)}
            runner.run(collector.app(scope, receive, send))
            return sent[0]["status"], dict(sent[0]["headers"])

        yield ask


def mutations(text, seed):
    """EACH versions of `text` with one to four places replaced, filled, cut or swapped."""
    chance = random.Random(seed)
    for _ in range(EACH):
        changed = text
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(changed) + 1)
            before, here, after = changed[:at], changed[at : at + 1], changed[at + 1 :]
            bit = chance.choice(BITS) if chance.random() < 0.3 else chance.choice(LETTERS)
            changed = chance.choice([before + bit + after, before + bit + here + after, before + after, after + before])
        if changed != text:
            yield changed


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
    stored.rows.clear()
    status, _ = ask(method, path, query, headers.items(), body)
    assert status < 500
    for row in stored.rows:
        copied = rows.copied([row]).decode()
        assert (copied.count("\n"), copied.count("\t"), "\0" in copied) == (1, len(rows.COLUMNS) - 1, False)
        assert rows.of_draft(rows.draft(row)) == row
