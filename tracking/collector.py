"""The door of the ledger: a raw ASGI application under /t/ and /v1/, outside Django's middleware.

    GET  /t/p.gif?k=…     an event from an image              POST /t/e           events from a script or server
    GET  /t/c/TOKEN       a tracked link: stores, redirects    GET, POST /t/u/TOKEN  unsubscribe
    POST /t/s/KEY         events from pages of another site
    GET  /t/h             a link that only robots see         POST /t/k           a reader's yes or no
    POST /v1/…            messages of Segment's clients (tracking/segment.py)

What is acknowledged (2xx, 302) is durable. Nothing here waits for the worker, and nothing sets a cookie.
"""

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings

from cms import clock
from tracking import answering, draft, keys, links, responses, seen, segment, tokens, unsubscribing, wakeups
from tracking.responses import Response
from tracking.seen import Headers
from tracking.steps import is_own
from tracking.writer import Busy, Lost, writer

logger = logging.getLogger(__name__)
Scope, Receive, Send = dict[str, Any], Callable[[], Awaitable[dict]], Callable[[dict], Awaitable[None]]
Handler = Callable[[Scope, Headers, Receive], Awaitable[Response]]
MAX_KEY, MAX_ORIGIN = 32, 300
LARGE = 4 * 1024  # bytes of a body that is refused before it is read when much waits already
LINK_PATIENCE = 0.5  # seconds a reader waits for the store before being sent on


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI 3. The first event starts the writer; the end of the lifespan writes what waits."""
    if scope["type"] != "http":
        return await _lifespan(scope, receive, send)
    try:
        handler = ROUTES.get(scope["path"]) or _route(scope["path"])
        response = await handler(scope, dict(scope["headers"]), receive)
    except draft.Malformed as error:
        response = responses.error(400, error.what, error.where, error.why)
    except (Busy, Lost):
        response = responses.busy()
    except Exception:
        logger.exception("The collector failed on %s %r", scope["method"], scope["path"][:40])
        response = responses.error(500, "request", "the server", "something broke; it is in the server's log")
    await send(response.start)
    await send(responses.NO_BODY if scope["method"] == "HEAD" else response.body)


def _route(path: str) -> Handler:
    if path.startswith("/t/c/"):
        return _follow
    if path.startswith("/t/u/"):
        return _unsubscribe
    if path.startswith("/t/s/"):
        return _outside
    return _nowhere


async def _pixel(scope: Scope, headers: Headers, receive: Receive) -> Response:
    if scope["method"] not in ("GET", "HEAD"):
        return responses.not_allowed("GET", "HEAD")
    looked = seen.of_asgi(scope, headers, "pixel")
    await writer.put([draft.from_query(scope["query_string"], looked)])
    return responses.GIF


async def _events(scope: Scope, headers: Headers, receive: Receive) -> Response:
    """Events of a script, by fetch or sendBeacon, or of a server with a write key."""
    if scope["method"] == "OPTIONS":
        return Response(204, b"", _cors(headers) + PREFLIGHT)
    if scope["method"] != "POST":
        return responses.not_allowed("POST", "OPTIONS")
    cors = _cors(headers)
    try:
        key = (
            keys.of_header(headers[b"authorization"].decode("latin-1")) if b"authorization" in headers else keys.NOBODY
        )
        if key.scope == "browser":
            raise tokens.BadToken("a browser's key is for the addresses under /v1/")
    except tokens.BadToken as error:
        return responses.error(401, "write key", "the Authorization header", str(error))
    drafts = draft.from_body(await _body(receive), seen.of_asgi(scope, headers, "script", key))
    await writer.put(drafts)
    return responses.accepted(len(drafts), cors)


async def _outside(scope: Scope, headers: Headers, receive: Receive) -> Response:
    """Events of another site's pages, under its key. Whether it may is decided by tracking/sites.py, later: asking the
    database here would make every answer wait for it. A plain text body, so no browser asks for leave first."""
    if scope["method"] != "POST":
        return responses.not_allowed("POST")
    origin = headers.get(b"origin", b"")
    named = {"site": scope["path"].removeprefix("/t/s/")[:MAX_KEY], "origin": origin.decode("latin-1")[:MAX_ORIGIN]}
    drafts = draft.from_body(await _body(receive), seen.of_asgi(scope, headers, "script"), named)
    await writer.put(drafts)
    cors = ((b"access-control-allow-origin", origin), (b"vary", b"origin")) if origin else ()
    return responses.as_json(202, {"accepted": len(drafts)}, *cors)


async def _segment(scope: Scope, headers: Headers, receive: Receive) -> Response:
    """A message, or a batch of them, of a Segment client."""
    call, origin = scope["path"].removeprefix("/v1/"), headers.get(b"origin", b"")
    cors = ((b"access-control-allow-origin", origin), (b"vary", b"origin")) if origin else ()
    if scope["method"] == "OPTIONS":
        return Response(204, b"", cors + PREFLIGHT)
    if scope["method"] != "POST":
        return responses.not_allowed("POST", "OPTIONS")
    try:
        key = keys.of_header(headers.get(b"authorization", b"").decode("latin-1"))
        if key == keys.NOBODY:
            raise tokens.BadToken("missing; send it as the user name of Basic authentication")
    except tokens.BadToken as error:
        return responses.error(401, "write key", "the Authorization header", str(error), *cors)
    body = segment.unpacked(await _body(receive, segment.MAX_BATCH), headers.get(b"content-encoding", b""))
    looked = seen.of_asgi(scope, headers, "api", key)
    await writer.put(segment.rows(call, body, looked, clock.now(), origin.decode("latin-1")[:MAX_ORIGIN]))
    return responses.as_json(200, {"success": True}, *cors)


async def _follow(scope: Scope, headers: Headers, receive: Receive) -> Response:
    """A tracked link: to the destination that its MAC covers and nowhere else, even when nothing can be stored."""
    if scope["method"] not in ("GET", "HEAD"):
        return responses.not_allowed("GET", "HEAD")
    token = scope["path"][len("/t/c/") :]
    try:
        payload = links.read(token)
    except tokens.BadToken:
        return responses.no_such_link()
    try:
        followed = draft.from_link(payload, seen.of_asgi(scope, headers, "link"))
        await writer.put([followed], LINK_PATIENCE)
    except Busy:
        writer.unkept.count()
    except (Lost, TimeoutError):  # the writer counts what is lost; what is late is stored all the same
        pass
    destination = payload["d"]
    return responses.redirect(_crediting(destination, token) if is_own(destination) else destination)


async def _trap(scope: Scope, headers: Headers, receive: Receive) -> Response:
    """The link in our pages that nobody can see. What followed it is kept, and finds nothing."""
    if scope["method"] not in ("GET", "HEAD"):
        return responses.not_allowed("GET", "HEAD")
    token = dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=20)).get("l", "")
    await writer.put([draft.from_trap(token, seen.of_asgi(scope, headers, "link"))])
    return responses.no_such_link()


async def _answered(scope: Scope, headers: Headers, receive: Receive) -> Response:
    """A reader's yes or no, from the banner or the page about their data: written, then answered."""
    if scope["method"] != "POST":
        return responses.not_allowed("POST")
    return await answering.perform(await _body(receive), headers)


async def _unsubscribe(scope: Scope, headers: Headers, receive: Receive) -> Response:
    if scope["method"] not in ("GET", "HEAD", "POST"):
        return responses.not_allowed("GET", "HEAD", "POST")
    token = scope["path"].removeprefix("/t/u/")
    try:
        unsubscribing.read(token)
    except tokens.BadToken:
        return responses.no_such_link()
    if scope["method"] != "POST":
        return unsubscribing.ask(token)
    return await unsubscribing.perform(token, headers, await _body(receive))


async def _alive(scope: Scope, headers: Headers, receive: Receive) -> Response:
    """`/healthz` of a collector by itself: it answers, and keeps what comes even while its database is away."""
    return ALIVE if scope["method"] in ("GET", "HEAD") else responses.not_allowed("GET", "HEAD")


async def _nowhere(scope: Scope, headers: Headers, receive: Receive) -> Response:
    return responses.error(404, "address", "the request", "nothing is here")


async def _body(receive: Receive, limit: int = draft.MAX_BODY) -> bytes:
    """The whole body, never more than `limit` bytes of it."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise draft.Malformed("body", "the whole", "cut off before its end")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise draft.Malformed("body", "the whole", f"more than {limit} bytes")
        if not message.get("more_body"):
            if size > LARGE and writer.is_crowded:
                raise Busy  # before it is parsed, which takes several times its memory
            return b"".join(parts)


PREFLIGHT = (
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type, authorization"),
    (b"access-control-max-age", b"600"),
)


def _cors(headers: Headers) -> responses.Headers:
    """Headers for a page of another origin that settings.TRACKING_ORIGINS names; Malformed for one it does not.

    A page of our own needs none; a server sends no Origin.
    """
    origin = headers.get(b"origin", b"")
    if not origin or origin.partition(b"://")[2] == headers.get(b"host") or is_own(origin.decode("latin-1")):
        return ()
    if origin.decode("latin-1") not in getattr(settings, "TRACKING_ORIGINS", ()):
        raise draft.Malformed("origin", "the Origin header", "pages of this site may not send events here")
    return (b"access-control-allow-origin", origin), (b"vary", b"origin")


def _crediting(destination: str, token: str) -> str:
    """Our own page learns by its fragment which link brought the reader; the fragment of the link itself follows."""
    address, _, fragment = destination.partition("#")
    return f"{address}#l={token}" + (f"&{fragment}" if fragment else "")


def _settle_in() -> None:
    """What is loaded now stays: looking through it for garbage would stop every request for a third of a second."""
    gc.collect()
    gc.freeze()
    wakeups.spare(asyncio.get_running_loop())


async def _lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "lifespan":
        raise ValueError(f"The collector speaks http, not {scope['type']}")
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _settle_in()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await writer.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


ALIVE = Response(200, b"ok\n", ((b"content-type", b"text/plain"), *responses.NO_STORE))
# Beside Django, `/healthz` never gets here: cms/probes.py answers it.
ROUTES: dict[str, Handler] = {"/healthz": _alive, "/t/p.gif": _pixel, "/t/e": _events, "/t/h": _trap, "/t/k": _answered}
ROUTES |= dict.fromkeys((f"/v1/{call}" for call in (*segment.CALLS, "batch")), _segment)
