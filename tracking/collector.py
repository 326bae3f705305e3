"""The door of the ledger: a raw ASGI application under /t/ and /v1/, outside Django's middleware.

    GET  /t/p.gif?k=…     an event from an image              POST /t/e           events from a script or server
    GET  /t/c/TOKEN       a tracked link: stores, redirects    GET, POST /t/u/TOKEN  unsubscribe
    /v1/…                 kept for the Segment API

What is acknowledged (2xx, 302) is durable. Nothing here waits for the worker, and nothing sets a cookie.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from tracking import draft, responses, seen, tokens, unsubscribing
from tracking.responses import Response
from tracking.steps import is_own
from tracking.writer import Busy, Lost, writer

logger = logging.getLogger(__name__)
Scope, Receive, Send = dict[str, Any], Callable[[], Awaitable[dict]], Callable[[dict], Awaitable[None]]
LINK_PATIENCE = 0.5  # seconds a reader waits for the store before being sent on


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI 3. Lifespan starts and stops the writer; without lifespan the first event starts it."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http":
        await _send(send, await _answer(scope, receive), scope["method"] == "HEAD")
    else:
        raise ValueError(f"The collector speaks http, not {scope['type']}")


async def _answer(scope: Scope, receive: Receive) -> Response:
    """The response to one request, whatever happens."""
    try:
        return await _route(scope)(scope, receive)
    except draft.Malformed as error:
        return responses.error(400, error.what, error.where, error.why)
    except (Busy, Lost):
        return responses.busy()
    except Exception:
        logger.exception("The collector failed on %s %s", scope["method"], scope["path"][:40])
        return responses.error(500, "request", "the server", "something broke; it is in the server's log")


def _route(scope: Scope) -> Callable[[Scope, Receive], Awaitable[Response]]:
    path = scope["path"]
    if path in ROUTES:
        return ROUTES[path]
    if path.startswith("/t/c/"):
        return _follow
    if path.startswith("/t/u/"):
        return _unsubscribe
    return _nowhere


async def _pixel(scope: Scope, receive: Receive) -> Response:
    if scope["method"] not in ("GET", "HEAD"):
        return responses.not_allowed("GET", "HEAD")
    looked = _seen(scope, "pixel")
    await writer.put([draft.from_query(scope["query_string"].decode("latin-1"), looked)])
    return responses.GIF


async def _events(scope: Scope, receive: Receive) -> Response:
    """Events of a script, by fetch or sendBeacon, or of a server with a write key."""
    if scope["method"] == "OPTIONS":
        return Response(204, b"", _cors(scope) + PREFLIGHT)
    if scope["method"] != "POST":
        return responses.not_allowed("POST", "OPTIONS")
    cors = _cors(scope)
    try:
        looked = _seen(scope, "script")
    except tokens.BadToken as error:
        return responses.error(401, "write key", "the Authorization header", str(error))
    drafts = draft.from_body(await _body(receive), looked)
    await writer.put(drafts)
    return responses.as_json(202, {"accepted": len(drafts)}, *cors)


async def _follow(scope: Scope, receive: Receive) -> Response:
    """A tracked link: to the destination that its MAC covers and nowhere else, even when nothing can be stored."""
    if scope["method"] not in ("GET", "HEAD"):
        return responses.not_allowed("GET", "HEAD")
    token = scope["path"].removeprefix("/t/c/")
    try:
        payload = tokens.read("link", token)
        destination, _ = _web(payload["d"]), payload["r"]
    except (tokens.BadToken, KeyError, ValueError, TypeError):
        return responses.no_such_link()
    try:
        followed = draft.from_link(payload, _seen(scope, "link", trusts_keys=False))
        await asyncio.wait_for(asyncio.shield(writer.put([followed])), LINK_PATIENCE)
    except (Busy, Lost, TimeoutError):
        logger.warning("A link was followed and could not be stored in time")
    return responses.redirect(_crediting(destination, token) if is_own(destination) else destination)


async def _unsubscribe(scope: Scope, receive: Receive) -> Response:
    if scope["method"] not in ("GET", "HEAD", "POST"):
        return responses.not_allowed("GET", "HEAD", "POST")
    token = scope["path"].removeprefix("/t/u/")
    try:
        unsubscribing.read(token)
    except tokens.BadToken:
        return responses.no_such_link()
    if scope["method"] != "POST":
        return unsubscribing.ask()
    return await unsubscribing.perform(token, _headers(scope), await _body(receive))


async def _nowhere(scope: Scope, receive: Receive) -> Response:
    return responses.error(404, "address", "the request", "nothing is here")


def _seen(scope: Scope, source: str, trusts_keys: bool = True) -> seen.Seen:
    """Who asks. An image or link carries no write key."""
    if trusts_keys and source == "script":
        return seen.of_asgi(scope, source)
    bare = scope | {"headers": [pair for pair in scope["headers"] if pair[0] != b"authorization"]}
    return seen.of_asgi(bare, source)


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


async def _body(receive: Receive) -> bytes:
    """The whole body, never more than draft.MAX_BODY bytes of it."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise draft.Malformed("body", "the whole", "cut off before its end")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > draft.MAX_BODY:
            raise draft.Malformed("body", "the whole", f"more than {draft.MAX_BODY} bytes")
        if not message.get("more_body"):
            return b"".join(parts)


PREFLIGHT = (
    (b"access-control-allow-methods", b"POST"),
    (b"access-control-allow-headers", b"content-type"),
    (b"access-control-max-age", b"600"),
)


def _cors(scope: Scope) -> responses.Headers:
    """Headers for a page of another origin that settings.TRACKING_ORIGINS names; Malformed for one it does not.

    A page of our own needs none; a server sends no Origin.
    """
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    own_host = f"://{headers.get(b'host', b'').decode('latin-1')}"
    if not origin or origin in (f"http{own_host}", f"https{own_host}") or is_own(origin):
        return ()
    if origin not in getattr(settings, "TRACKING_ORIGINS", ()):
        raise draft.Malformed("origin", "the Origin header", "pages of this site may not send events here")
    return (b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"origin")


def _web(destination: str) -> str:
    """The destination, or ValueError when it is no web address: a signature of ours is no reason to trust it."""
    parts = urlsplit(destination)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError("not a web address")
    if any(ord(character) < 33 or ord(character) == 127 for character in destination):
        raise ValueError("not a web address")
    return destination


def _crediting(destination: str, token: str) -> str:
    """Our own page learns by its fragment which link brought the reader; the fragment of the link itself follows."""
    address, _, fragment = destination.partition("#")
    return f"{address}#l={token}" + (f"&{fragment}" if fragment else "")


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            writer.start()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await asyncio.to_thread(writer.stop)
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _send(send: Send, response: Response, is_head: bool) -> None:
    length = (b"content-length", str(len(response.body)).encode())
    await send({"type": "http.response.start", "status": response.status, "headers": [length, *response.headers]})
    await send({"type": "http.response.body", "body": b"" if is_head else response.body})


ROUTES: dict[str, Callable[[Scope, Receive], Awaitable[Response]]] = {"/t/p.gif": _pixel, "/t/e": _events}
