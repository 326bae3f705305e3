"""Telling readers apart without knowing them: one rating a reader and piece, no account, no cookie."""

import hashlib
import hmac
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from uuid import UUID

from django.conf import settings

from cms import clock, optout

KEPT_BITS = {4: 24, 6: 48}
LONGEST_HEADER = 400


def visitor(request) -> UUID | None:
    """The visitor key that the page script put into the form that was posted, of a browser that agreed to be
    recognised. None without one, and for a browser that says that it objects, whatever it sent.
    """
    if request.method != "POST" or optout.signal(request):
        return None
    try:
        return UUID(request.POST.get("visitor", ""))
    except ValueError:
        return None


def address(request) -> str:
    """Who connects; behind our proxy the last address that it wrote down, which nobody can forge (docs/deploy.md)."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rpartition(",")[2].strip()
    return request.META.get("REMOTE_ADDR", "")


def truncated_address(request) -> str:
    """The network that the request came from (/24, /48), "" when unknown. The address itself is never kept."""
    try:
        found = ip_address(address(request))
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    return str(ip_network((found, KEPT_BITS[found.version]), strict=False).network_address)


def key(request, visitor_key: UUID | None) -> str:
    """Hex HMAC of what tells this reader apart: the visitor key; else network, browser and day, gone by tomorrow."""
    if visitor_key:
        return key_of_visitor(visitor_key)
    browser = request.headers.get("User-Agent", "")[:LONGEST_HEADER]
    return _keyed(f"day\0{truncated_address(request)}\0{browser}\0{clock.now().date().isoformat()}")


def key_of_visitor(visitor_key: UUID) -> str:
    """The same for a browser that is told apart by its key, whatever it asks."""
    return _keyed(f"visitor\0{visitor_key.hex}")


def key_of_subject(subject: UUID) -> str:
    """The same for a person who comes by a mail of theirs; the subject cannot be read back from it."""
    return _keyed(f"subject\0{subject.hex}")


def keys_of(subject: UUID, visitors: Iterable[UUID]) -> list[str]:
    """All that a known person may have rated or answered under: by a mail, or in one of these browsers."""
    return [key_of_subject(subject), *map(key_of_visitor, visitors)]


def _keyed(text: str) -> str:
    return hmac.new(settings.HASH_PEPPER, f"rating\0{text}".encode(), hashlib.sha256).hexdigest()


def network_key(request) -> str:
    """Hex HMAC of the network that the request came from, "" when unknown: for limits, kept for a day."""
    network = truncated_address(request)
    return hmac.new(settings.HASH_PEPPER, f"network\0{network}".encode(), hashlib.sha256).hexdigest() if network else ""


def request_facts(request) -> dict[str, str]:
    """What the ledger needs to judge whether a person did this."""
    headers = request.headers
    return {
        "ua": headers.get("User-Agent", "")[:LONGEST_HEADER],
        "ip": truncated_address(request),
        "method": request.method,
        "accept_language": headers.get("Accept-Language", "")[:LONGEST_HEADER],
        "signal": optout.signal(request),
        "purpose": (headers.get("Sec-Purpose") or headers.get("Purpose", ""))[:LONGEST_HEADER],
    }
