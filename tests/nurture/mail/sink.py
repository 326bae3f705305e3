"""An SMTP server for tests: keeps every mail it accepted, and can refuse, put off, cut the line or stall."""

import asyncio
import logging
import threading
from collections import deque

from aiosmtpd.smtp import SMTP

ACCEPT, CUT_BEFORE, CUT_AFTER, STALL = "accept", "cut before", "cut after", "stall"

logging.getLogger("mail.log").setLevel(logging.ERROR)  # else each command of each mail is a line of a failed test


class Sink:
    """`script` holds what to do with the next messages: one of the words above or an answer such as "550 no".

    `accepted` are the messages that the server took responsibility for, whatever it told the client.
    """

    def __init__(self):
        self.accepted: list[bytes] = []
        self.recipients: list[str] = []
        self.connections = 0
        self.at_data: deque[str] = deque()
        self.at_rcpt: deque[str] = deque()
        self.port = 0
        self.stalled = threading.Event()

    def start(self):
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        assert started.wait(10)

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)

    def hang_up(self):
        """Close the newest connection, as a server does that has waited too long; returns when it is closed."""
        closed = threading.Event()
        self.loop.call_soon_threadsafe(lambda: (self.newest.transport.close(), self.loop.call_soon(closed.set)))
        assert closed.wait(10)

    def _run(self, started):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(self.loop.create_server(self._protocol, "127.0.0.1", self.port))
        self.port = server.sockets[0].getsockname()[1]
        self.loop.call_soon(started.set)
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    def _protocol(self):
        self.connections += 1
        self.newest = SMTP(self, loop=self.loop, enable_SMTPUTF8=False, timeout=60)
        return self.newest

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = self.at_rcpt.popleft() if self.at_rcpt else ACCEPT
        if answer == CUT_BEFORE:
            server.transport.abort()
        elif answer != ACCEPT:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        order = self.at_data.popleft() if self.at_data else ACCEPT
        if order in (ACCEPT, CUT_AFTER, STALL):
            self.accepted.append(envelope.content)
            self.recipients += envelope.rcpt_tos
        if order in (CUT_AFTER, CUT_BEFORE):
            server.transport.abort()
        if order == STALL:
            self.stalled.set()
            await asyncio.sleep(30)
        return "250 OK" if order in (ACCEPT, CUT_AFTER, CUT_BEFORE, STALL) else order
