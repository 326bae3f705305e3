"""Answers of the collector, as plain values: a status, headers and a body. Nothing here sets a cookie."""

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

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


@dataclass(frozen=True, slots=True)
class Response:
    """What goes back to the client."""

    status: int
    body: bytes = b""
    headers: Headers = ()


GIF = Response(200, TRANSPARENT, ((b"content-type", b"image/gif"), (b"x-content-type-options", b"nosniff"), *NO_STORE))


def as_json(status: int, data: dict[str, Any], *headers: tuple[bytes, bytes]) -> Response:
    """A small JSON object."""
    body = json.dumps(data).encode()
    return Response(status, body, ((b"content-type", b"application/json"), *NO_STORE, *headers))


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
    location = quote(destination, safe="!#$%&'()*+,/:;=?@[]~").encode()
    return Response(302, b"", ((b"location", location), *NO_STORE, *PRIVATE))


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A small page of our own; works without scripts, cookies and a database."""
    return Response(status, render_to_string(template, context).encode(), PAGE)


def no_such_link() -> Response:
    """The one answer to every token that is not ours, malformed or unknown alike."""
    return page("tracking/no_such_link.html", 404)
