"""Answers of the collector, as plain values: a status, headers and a body. Nothing here sets a cookie."""

import base64
import re
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import msgspec
from django.template.loader import render_to_string

Headers = tuple[tuple[bytes, bytes], ...]
NO_STORE: Headers = (
    (b"cache-control", b"no-store, no-cache, must-revalidate, private, max-age=0"),
    (b"pragma", b"no-cache"),
    (b"expires", b"0"),
)
# Pages about one address: not indexed, not framed, and their signed address is told to nobody.
PRIVATE: Headers = (
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
PAGE: Headers = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", b"default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
     b"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"),
    *NO_STORE,
    *PRIVATE,
)  # fmt: skip
TRANSPARENT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")

PLAIN = re.compile(r"[A-Za-z0-9_.~!#$%&'()*+,/:;=?@\[\]-]*")  # what `redirect` would leave as it is


class Response:
    """What goes back to the client: the two messages of ASGI, made once, so that an answer can be sent many times."""

    __slots__ = ("body", "start")

    def __init__(self, status: int, body: bytes = b"", headers: Headers = ()):
        length = (b"content-length", str(len(body)).encode())
        self.start = {"type": "http.response.start", "status": status, "headers": [length, *headers]}
        self.body = {"type": "http.response.body", "body": body}


NO_BODY = {"type": "http.response.body", "body": b""}
GIF = Response(200, TRANSPARENT, ((b"content-type", b"image/gif"), (b"x-content-type-options", b"nosniff"), *NO_STORE))


def as_json(status: int, data: dict[str, Any], *headers: tuple[bytes, bytes]) -> Response:
    """A small JSON object."""
    return Response(status, msgspec.json.encode(data), ((b"content-type", b"application/json"), *NO_STORE, *headers))


@lru_cache(maxsize=256)
def accepted(count: int, cors: Headers) -> Response:
    """So many events are durable. The origins in `cors` are those that the settings name, so they are few."""
    return as_json(202, {"accepted": count}, *cors)


def error(status: int, what: str, where: str, why: str, *headers: tuple[bytes, bytes]) -> Response:
    """What is wrong, where it stands and why, for whoever writes the client."""
    return as_json(status, {"error": {"what": what, "where": where, "why": why}}, *headers)


def busy() -> Response:
    """More arrives than can be stored: come back in a moment."""
    return error(503, "request", "the server", "it cannot store this now; send it again", (b"retry-after", b"1"))


def not_allowed(*methods: str) -> Response:
    """405 with the methods that are."""
    allow = ", ".join(methods)
    return error(405, "method", "the request", f"this address takes {allow}", (b"allow", allow.encode()))


def redirect(destination: str) -> Response:
    """302 to an address that was signed by us."""
    is_plain = PLAIN.fullmatch(destination)
    location = destination if is_plain else quote(destination, safe="!#$%&'()*+,/:;=?@[]~")
    return Response(302, b"", ((b"location", location.encode()), *NO_STORE, *PRIVATE))


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A small page of our own; works without scripts, cookies and a database."""
    return Response(status, render_to_string(template, context).encode(), PAGE)


@lru_cache(maxsize=1)
def no_such_link() -> Response:
    """The one answer to every token that is not ours, malformed or unknown alike; made once, for guessers."""
    return page("tracking/no_such_link.html", 404)
