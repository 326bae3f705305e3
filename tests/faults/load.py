"""Readers at a steady rate: events from scripts and images, and links that are followed, over kept connections.

Bounded in number and in time. What one address does not acknowledge goes to the next, under the same uuid, as a proxy
before several collectors does it; what was acknowledged is remembered.
"""

import asyncio
import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import Sequence
from random import Random
from urllib.parse import urlsplit
from uuid import UUID

from tracking import links

ELSEWHERE = "https://other.example/a?b=c"
HEADERS = "Host: 127.0.0.1\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
KINDS = ("script", "pixel", "link")
SHARES = (6, 2, 2)
MOST_AT_ONCE = 400
TRIES = 120
PATIENCE = 10.0  # seconds for one answer
PAUSE = 0.25  # before all addresses are asked again

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Load(threading.Thread):
    """`rate` requests a second for `seconds`, to `addresses` in turn.

    `acknowledged`: the uuids of events that were answered with 2xx. `lost`: what never was. `waits`: {kind: seconds
    until each had its answer}. `answers`: how often which status, 0 for a connection that broke.
    """

    def __init__(self, addresses: Sequence[str], rate: int, seconds: float, seed: int):
        super().__init__(name="load", daemon=True)
        self.addresses = [(parts.hostname, parts.port) for parts in map(urlsplit, addresses)]
        self.rate, self.total, self.chance = rate, int(rate * seconds), Random(seed)
        self.link = urlsplit(links.tracked_url(ELSEWHERE, UUID(int=5))).path
        self.acknowledged: set[UUID] = set()
        self.lost: list[str] = []
        self.astray: list[bytes] = []
        self.waits: dict[str, list[float]] = {kind: [] for kind in KINDS}
        self.answers: Counter[int] = Counter()
        self._idle: dict[tuple, list[Line]] = {}

    def run(self) -> None:
        asyncio.run(self._all())

    def slowest(self, kind: str) -> str:
        """The median, the 99th of a hundred and the slowest answer, in milliseconds."""
        waits = sorted(self.waits[kind])
        found = [waits[len(waits) // 2], waits[int(len(waits) * 0.99)], waits[-1]]
        return "/".join(f"{1000 * seconds:.0f}" for seconds in found)

    async def _all(self) -> None:
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        begun, running = time.monotonic(), set()
        for number in range(self.total):
            await asyncio.sleep(max(0.0, begun + number / self.rate - time.monotonic()))
            await self._room.acquire()
            task = asyncio.create_task(self._one(number))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)
        for line in (line for lines in self._idle.values() for line in lines):
            line[1].close()

    async def _one(self, number: int) -> None:
        kind, uuid = self.chance.choices(KINDS, SHARES)[0], UUID(int=self.chance.getrandbits(128))
        request, begun = self._request(kind, uuid), time.monotonic()
        try:
            for attempt in range(TRIES):
                address = self.addresses[(number + attempt) % len(self.addresses)]
                status, head = await self._ask(address, request)
                self.answers[status] += 1
                if status in (200, 202, 302):
                    self._keep(kind, uuid, head, time.monotonic() - begun)
                    return
                if attempt % len(self.addresses) == len(self.addresses) - 1:
                    await asyncio.sleep(PAUSE)
            self.lost.append(kind)
        finally:
            self._room.release()

    def _keep(self, kind: str, uuid: UUID, head: bytes, seconds: float) -> None:
        self.waits[kind].append(seconds)
        if kind != "link":
            self.acknowledged.add(uuid)
        elif f"location: {ELSEWHERE}\r\n".encode() not in head.lower():
            self.astray.append(head)

    def _request(self, kind: str, uuid: UUID) -> bytes:
        if kind == "link":
            return f"GET {self.link} HTTP/1.1\r\n{HEADERS}\r\n".encode()
        if kind == "pixel":
            return f"GET /t/p.gif?k=page_viewed&e={uuid}&u=/nowhere/ HTTP/1.1\r\n{HEADERS}\r\n".encode()
        body = json.dumps({"uuid": str(uuid), "kind": "page_viewed", "url": "http://127.0.0.1/nowhere/"})
        return f"POST /t/e HTTP/1.1\r\n{HEADERS}Content-Length: {len(body)}\r\n\r\n{body}".encode()

    async def _ask(self, address: tuple, request: bytes) -> tuple[int, bytes]:
        """(status, head of the answer); status 0 when there was none."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                return await self._exchange(address, request)
        return 0, b""

    async def _exchange(self, address: tuple, request: bytes) -> tuple[int, bytes]:
        idle = self._idle.setdefault(address, [])
        reader, writer = idle.pop() if idle else await asyncio.open_connection(*address)
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                (line.split(b":")[1] for line in head.lower().split(b"\r\n") if line[:15] == b"content-length:"), b"0"
            )
            await reader.readexactly(int(length))
        except BaseException:
            writer.close()
            raise
        idle.append((reader, writer))
        return int(head.split(b" ", 2)[1]), head
