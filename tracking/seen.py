"""What the server sees of a request besides its content: who asks, how, and what they object to."""

import ipaddress
import re
from functools import lru_cache, partial
from typing import Any, NamedTuple

import msgspec

from tracking import chosen, modes, networks, rows
from tracking.keys import NOBODY, Shown

TRUSTED = ("server", "history")
MAX_AGENT = 400
MAX_LANGUAGE = 100
MAX_PURPOSE = 40
# Browsers that say of every request what it is for (Sec-Fetch-Mode), on https and on the machine itself.
TELLING = re.compile(rb"(?:Chrome/(?:[89]\d|[1-9]\d\d)|Firefox/(?:9\d|[1-9]\d\d))\.")
PURPOSE_HEADERS = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")

Headers = dict[bytes, bytes]


class Seen(NamedTuple):
    """One request as the collector saw it. `facts` are JSON.

    `scope` is that of its write key, "" without one and for a browser's, which is public; `key` is the key's digest.
    """

    source: str
    facts: str = "{}"
    referer: str = ""
    objects: bool = False
    scope: str = ""
    key: str = ""


made = partial(tuple.__new__, Seen)  # of a tuple: a third of the cost of Seen(…)


def of_asgi(request: dict[str, Any], headers: Headers, source: str, key: Shown = NOBODY) -> Seen:
    """The ASGI scope of a request, with its headers and the write key that it showed."""
    scope = key.scope if key.scope in TRUSTED else ""
    get, chose = headers.get, chosen.read()
    purpose = b"" if headers.keys().isdisjoint(PURPOSE_HEADERS) else next(filter(None, map(get, PURPOSE_HEADERS)), b"")
    # Global Privacy Control or Do Not Track; a server with a write key speaks for itself.
    signal = "" if scope else "gpc" if get(b"sec-gpc") == b"1" else "dnt" if get(b"dnt") == b"1" else ""
    facts = _facts(
        request["method"],
        get(b"user-agent", b"")[:MAX_AGENT],
        get(b"accept-language", b"")[:MAX_LANGUAGE],
        purpose[:MAX_PURPOSE],
        _address(request, headers, chose.is_behind_proxy),
        get(chose.country_header, b"") if chose.country_header else b"",
        scope,
        key.digest,
        source == "link" and not scope and _is_odd(headers, chose.is_secure),
        signal,
    )
    referer = get(b"referer", b"").decode("latin-1")
    return made(("server" if scope else source, facts, referer, bool(signal), scope, key.digest))


@partial(chosen.cached, size=4096)
def _facts(
    method: str,
    agent: bytes,
    language: bytes,
    purpose: bytes,
    address: str,
    country: bytes,
    scope: str,
    key: str,
    is_odd: bool,
    signal: str,
) -> str:
    """What the robot verdict needs, and no more. Few browsers send many events: most are answered from the cache.

    `signs` are words of tracking/verdicts.py: the network, and what a browser would not have left out.
    """
    network = () if scope else networks.signs(address)
    signs = [*network, *(() if language or scope else ("no_language",)), *(("odd_headers",) if is_odd else ())]
    found = {
        "ua": agent.decode("latin-1"),
        "ip": truncated(address),
        "method": method,
        "purpose": purpose.decode("latin-1"),
        "accept_language": language.decode("latin-1"),
        "scope": scope,
        "key": key,
        "signs": " ".join(signs),
        "signal": signal,
        "mode": "" if scope else modes.of_reader(country.decode("latin-1"), address),
    }
    return rows.as_json({name: value for name, value in found.items() if value})


def with_sign(facts: str, sign: str) -> str:
    """The facts with one more word of tracking/verdicts.py."""
    found = msgspec.json.decode(facts)
    found["signs"] = f"{found.get('signs', '')} {sign}".strip()
    return rows.as_json(found)


def _is_odd(headers: Headers, is_secure: bool) -> bool:
    """A page is opened with headers that no browser of today sends; on https each says what the request is for."""
    if headers.get(b"accept", b"*/*") == b"*/*":
        return True
    return is_secure and b"sec-fetch-mode" not in headers and bool(TELLING.search(headers.get(b"user-agent", b"")))


@lru_cache(maxsize=4096)
def truncated(address: str) -> str:
    """An address without the part that tells one household from another: /24 of IPv4, /48 of IPv6. "" if none."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    bits = 24 if ip.version == 4 else 48
    return str(ipaddress.ip_network((ip, bits), strict=False).network_address)


def _address(request: dict[str, Any], headers: Headers, is_behind_proxy: bool) -> str:
    """Who connects; behind our proxy the last address that it wrote down, which nobody can forge."""
    if is_behind_proxy and b"x-forwarded-for" in headers:
        return headers[b"x-forwarded-for"].rpartition(b",")[2].strip().decode("latin-1")
    client = request.get("client")
    return client[0] if client else ""
