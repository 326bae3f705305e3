"""One wake-up of the event loop for many requests.

The server hands each request over from a thread of its own, by `call_soon_threadsafe`. asyncio then writes a byte to a
socket of its own every time, and lets go of the interpreter for it: the loop takes it over, serves that one request,
and both threads wait for one another as often as requests come. One unread byte wakes the loop as well as a hundred.
uvloop does it so (docs/benchmarks.md says why the loop is still asyncio's).
"""

import asyncio


def spare(loop: asyncio.AbstractEventLoop) -> None:
    """Write no second byte while the loop has not read the first. A loop that is not asyncio's own stays as it is."""
    if isinstance(loop, asyncio.SelectorEventLoop) and not isinstance(getattr(loop, "_write_to_self", None), _Wake):
        _Wake(loop)


class _Wake:
    """In place of the loop's own way to wake itself.

    Nothing is missed: a callback is in the loop's queue before the loop is woken for it, and the loop never waits with
    something in its queue. So it may be left to a byte that is still unread, or to the turn that is reading it.
    """

    def __init__(self, loop: asyncio.SelectorEventLoop):
        self._is_pending = False
        self._write, self._heard = loop._write_to_self, loop._process_self_data
        loop._write_to_self, loop._process_self_data = self, self._read

    def __call__(self) -> None:
        if not self._is_pending:
            self._is_pending = True
            self._write()

    def _read(self, data: bytes) -> None:
        self._is_pending = False
        self._heard(data)  # bytes of signals are in it, too
