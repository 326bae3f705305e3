"""Which network a request comes from: one of our own offices, a datacentre of the operator's file, or neither.

Asked by the collector while it still holds the whole address, which is stored nowhere.
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from django.conf import settings


class Networks:
    """A set of networks that answers for one address with as many look-ups as there are prefix lengths in it."""

    def __init__(self, networks: Iterable[str]):
        """Each as 203.0.113.0/24 or 2001:db8::/32; ValueError names the first that is neither."""
        self._starts: dict[tuple[int, int], set[int]] = {}
        for text in networks:
            network = ipaddress.ip_network(text, strict=False)
            self._starts.setdefault((network.version, network.prefixlen), set()).add(int(network.network_address))

    def __len__(self) -> int:
        return sum(len(starts) for starts in self._starts.values())

    def hold(self, address: str) -> bool:
        """Is the address in one of them? False for a text that is no address."""
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        ip = getattr(ip, "ipv4_mapped", None) or ip
        number, bits = int(ip), ip.max_prefixlen
        return any(
            version == ip.version and number >> (bits - length) << (bits - length) in starts
            for (version, length), starts in self._starts.items()
        )


@lru_cache(maxsize=4096)
def signs(address: str) -> tuple[str, ...]:
    """Words of tracking/verdicts.py: "office", "datacentre", or nothing."""
    if offices().hold(address):
        return ("office",)
    return ("datacentre",) if datacentres().hold(address) else ()


@lru_cache(maxsize=1)
def offices() -> Networks:
    """Our own, by settings.OFFICE_NETWORKS."""
    return Networks(settings.OFFICE_NETWORKS)


@lru_cache(maxsize=1)
def datacentres() -> Networks:
    """Those of the operator's file: one network a line, # begins a remark. Empty without a file.

    OSError or ValueError when it cannot be read: the collector refuses to start, and the health check says why.
    """
    if not settings.DATACENTRES_FILE:
        return Networks([])
    lines = Path(settings.DATACENTRES_FILE).read_text(encoding="utf-8").splitlines()
    return Networks(text for line in lines if (text := line.partition("#")[0].strip()))


def forget() -> None:
    """Read settings and file anew: for tests."""
    for cached in (signs, offices, datacentres):
        cached.cache_clear()
