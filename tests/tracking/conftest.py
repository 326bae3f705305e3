"""What tests of the collector share."""

import asyncio
import base64

import pytest

from tracking import collector, tokens, writer


@pytest.fixture
def own_writer(monkeypatch, settings, tmp_path):
    """A writer and a spool of this test's own."""
    settings.VAR_DIR = tmp_path
    own = writer.Writer()
    monkeypatch.setattr(collector, "writer", own)
    return own


class Stored:
    """The writer, taking everything at once."""

    is_crowded = False

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


@pytest.fixture(scope="module")
def segment_key():
    """The header of a server's write key."""
    key = tokens.sign("write", {"s": "server", "n": "any"})
    return [(b"authorization", b"Basic " + base64.b64encode(f"{key}:".encode()))]
