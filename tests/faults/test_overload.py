"""Five times more than the collector can store: it refuses the rest, its memory stays, and afterwards all is normal."""

import asyncio
import contextlib
import json
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from tests.faults import tree
from tests.faults.load import HEADERS
from tracking import accounts
from tracking.models import Event

pytestmark = [pytest.mark.faults, pytest.mark.slow]
AFTERWARDS_SECONDS = 60


class Flood(threading.Thread):
    """`lines` connections that send one request after the other, each as soon as the last is answered.

    `size`: (events of a request, characters of text in each).
    """

    def __init__(self, url, lines, seconds, size):
        super().__init__(name="flood", daemon=True)
        self.place, self.lines, self.seconds = urlsplit(url), lines, seconds
        self.events, self.padding = size
        self.answers, self.acknowledged, self.heads = Counter(), set(), set()

    def run(self):
        asyncio.run(self._all())

    async def _all(self):
        self._until = time.monotonic() + self.seconds
        await asyncio.gather(*(self._line() for _ in range(self.lines)))

    async def _line(self):
        while time.monotonic() < self._until:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection(self.place.hostname, self.place.port)
                try:
                    while time.monotonic() < self._until:
                        await self._one(reader, writer)
                finally:
                    writer.close()

    async def _one(self, reader, writer):
        uuids = [str(uuid4()) for _ in range(self.events)]
        same = {"kind": "page_viewed", "properties": {"text": "x" * self.padding}}
        body = json.dumps([{"uuid": uuid} | same for uuid in uuids])
        writer.write(f"POST /t/e HTTP/1.1\r\n{HEADERS}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next(line.split(b":")[1] for line in head.split(b"\r\n") if line[:15] == b"content-length:")
        await reader.readexactly(int(length))
        status = int(head.split(b" ", 2)[1])
        self.answers[status] += 1
        if status == 202:
            self.acknowledged.update(uuids)
        elif status in (429, 503):
            self.heads.add(b"retry-after" in head)


USUAL, LARGE = (60, 40), (20, 2_500)  # the second near the limit of a body


@pytest.mark.parametrize(
    ("lines", "seconds", "size", "most"),
    [
        pytest.param(400, 8, USUAL, 200, id="usual"),
        pytest.param(900, 8, LARGE, 300, id="large"),  # 900 bodies at once are 57 MB before they are read
        pytest.param(400, 300, USUAL, 200, id="long", marks=pytest.mark.chaos),
    ],
)
def test_what_is_too_much_is_refused_and_memory_stays(installation, lines, seconds, size, most, tell):
    installation.start(worker=False)
    server = installation.processes[-1].pid
    before = largest(server)
    calm = Flood(installation.url, 8, 3, size)
    calm.run()
    sustained = calm.answers[202] * size[0] / 3
    flood, sizes = Flood(installation.url, lines, seconds, size), [before]
    flood.start()
    while flood.is_alive():
        sizes.append(largest(server))
        time.sleep(0.1)
    begun = time.monotonic()
    one = {"uuid": str(uuid4()), "kind": "page_viewed"}
    while httpx.post(f"{installation.url}/t/e", json=one, timeout=30).status_code != 202:
        assert time.monotonic() < begun + AFTERWARDS_SECONDS
        time.sleep(0.2)
    tell(f"sustained {sustained:.0f} events/s; flood of {lines} lines: {dict(flood.answers)}")
    tell(f"RSS MB: {before:.0f} before, {max(sizes):.0f} at most; normal {time.monotonic() - begun:.1f} s after it")
    # Whether it is more than this machine takes depends on the machine; what is refused is told when to come again.
    assert flood.heads <= {True}
    assert set(flood.answers) <= {202, 429, 503}
    assert max(sizes) <= most
    taken = accounts.balance()
    assert taken.inbox + taken.spool == len(calm.acknowledged) + len(flood.acknowledged) + 1
    assert not Event.objects.exists()


def largest(pid):
    """MB of memory that the biggest of the server's processes holds."""
    found = []
    for each in (pid, *tree.descendants(pid)):
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{each}/status").read_text().splitlines()
            found.append(int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024)
    return max(found)
