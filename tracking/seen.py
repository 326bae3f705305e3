"""What the server sees of a request besides its content: who asks, how, and what they object to."""

import ipaddress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.conf import settings

from tracking import tokens

MAX_AGENT = 400
MAX_LANGUAGE = 100
PURPOSE_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-moz")


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as the collector saw it. `scope` is that of its write key, "" without one."""

    method: str
    source: str
    headers: dict[str, str] = field(default_factory=dict)
    address: str = ""
    scope: str = ""

    @property
    def referer(self) -> str:
        return self.headers.get("referer", "")

    @property
    def objects(self) -> bool:
        """Does the browser say Global Privacy Control or Do Not Track? A server with a write key speaks for itself."""
        return not self.scope and (self.headers.get("sec-gpc") == "1" or self.headers.get("dnt") == "1")

    def facts(self) -> dict[str, str]:
        """What the robot verdict needs, and no more: the address is truncated before it is stored anywhere."""
        headers = self.headers
        found = {
            "ua": headers.get("user-agent", "")[:MAX_AGENT],
            "ip": truncated(self.address),
            "method": self.method,
            "purpose": next((headers[name][:40] for name in PURPOSE_HEADERS if name in headers), ""),
            "accept_language": headers.get("accept-language", "")[:MAX_LANGUAGE],
            "scope": self.scope,
        }
        return {name: value for name, value in found.items() if value}


def of_asgi(request: dict[str, Any], source: str) -> Seen:
    """The ASGI scope of a request, its write key verified. Raises tokens.BadToken for a key that is not ours."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request["headers"]}
    scope = write_scope(headers.get("authorization", ""))
    return Seen(request["method"], "server" if scope else source, headers, _address(request, headers), scope)


def write_scope(authorization: str) -> str:
    """The scope of `Bearer <write key>`; "" when there is none. Raises tokens.BadToken when it is not ours."""
    if not authorization:
        return ""
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer":
        raise tokens.BadToken("write it as: Authorization: Bearer KEY")
    return str(tokens.read("write", token.strip()).get("scope", ""))


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


def _address(request: dict[str, Any], headers: dict[str, str]) -> str:
    """Who connects; behind our proxy (settings say so) the last address that it wrote down, which nobody can forge."""
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None) and "x-forwarded-for" in headers:
        return headers["x-forwarded-for"].rpartition(",")[2].strip()
    client = request.get("client")
    return client[0] if client else ""
