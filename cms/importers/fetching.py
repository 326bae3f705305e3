"""Fetches what an import names on other hosts. The address is chosen by others, so nothing about it is believed.

Only http and https on their own ports; only hosts all of whose addresses are public; the connection goes to the address
that was checked, not to one that the name gives a moment later. Each redirect is checked anew, and one time limit is
for all of them together. Never in a transaction.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import SplitResult, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from cms.importers.links import joined

MAX_REDIRECTS = 5
CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 5, 10, 20
CHUNK = 64 * 1024
PORTS = {"http": 80, "https": 443}
# Addresses inside which a private one can be written.
TUNNELS = [ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")]
AGENT = "Lede-Import/1"
# What comes of a host that does not speak as it should, or no longer.
FAILURES = (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError)


class FetchError(Exception):
    """It was not fetched; why, in words for the report."""


@dataclass(frozen=True)
class Fetched:
    """What came, and from where after all redirects."""

    content: bytes
    address: str


def fetch(address: str, most_bytes: int) -> Fetched:
    """What lies at `address`, at most that many bytes. Raises FetchError."""
    end_at = time.monotonic() + WHOLE_SECONDS
    for _redirect in range(MAX_REDIRECTS + 1):
        parts = _checked(address)
        ip = public_address(parts.hostname or "", PORTS[parts.scheme])
        _check_time(end_at)
        with _answered(parts, ip, end_at) as response:
            if response.status in (301, 302, 303, 307, 308) and response.headers.get("Location"):
                address = joined(address, response.headers["Location"])
                continue
            if response.status != 200:
                raise FetchError(f"the host answered {response.status}")
            return Fetched(_read(response, most_bytes, end_at), address)
    raise FetchError(f"more than {MAX_REDIRECTS} redirects")


def public_address(host: str, port: int) -> str:
    """An address of that host, if all it has are public. Raises FetchError."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, ValueError) as error:
        raise FetchError("there is no such host") from error
    if not found or not all(map(is_public, found)):
        raise FetchError("the host is not on the public internet")
    return min(found, key=lambda address: (":" in address, address))


def is_public(address: str) -> bool:
    """Is this address one that everybody on the internet can reach, whichever way it is written?"""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.version == 6 and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if ip.version == 6 and any(ip in net for net in TUNNELS):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _checked(address: str) -> SplitResult:
    """Its parts, the host in ASCII as DNS, TLS and HTTP know it (RFC 3490), an IPv6 one in brackets; no port."""
    try:
        parts = urlsplit(address)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError as error:
        raise FetchError("it is no address") from error
    if parts.scheme not in PORTS or not host:
        raise FetchError("only http and https addresses are fetched")
    if parts.username is not None or parts.password is not None:
        raise FetchError("the address holds a password")
    if port not in (None, PORTS[parts.scheme]):
        raise FetchError(f"port {port} is not asked")
    return parts._replace(netloc=f"[{host}]" if ":" in host else host, fragment="")


def _check_time(end_at: float) -> None:
    if time.monotonic() >= end_at:
        raise FetchError(f"not done after {WHOLE_SECONDS} seconds")


@contextmanager
def _answered(parts: SplitResult, ip: str, end_at: float) -> Iterator[urllib3.BaseHTTPResponse]:
    """The answer of that very address to one request. Whatever it is at, the connection is cut at `end_at`."""
    try:
        with closing(_connection(parts, ip, min(CONNECT_SECONDS, end_at - time.monotonic()))) as connection:
            connection.connect()
            connection.timeout = READ_SECONDS
            with _cut_at(end_at, connection.sock), closing(_ask(connection, parts)) as response:
                yield response
    except FAILURES as error:
        _check_time(end_at)
        raise FetchError(f"the host did not answer ({type(error).__name__})") from error


def _connection(parts: SplitResult, ip: str, seconds: float) -> HTTPConnection:
    """To that very address; the certificate must be the host's."""
    port = PORTS[parts.scheme]
    if parts.scheme == "http":
        return HTTPConnection(ip, port, timeout=seconds)
    named = {"server_hostname": parts.hostname, "assert_hostname": parts.hostname}
    return HTTPSConnection(ip, port, timeout=seconds, cert_reqs="CERT_REQUIRED", **named)


@contextmanager
def _cut_at(end_at: float, sock: socket.socket) -> Iterator[None]:
    """A socket's own time limit is for one read, and a host can send one byte for each; this one is for them all."""
    timer = threading.Timer(end_at - time.monotonic(), _cut, [sock])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # before the number of the socket is another's


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not SSLSocket's own, which is not for another thread


def _ask(connection: HTTPConnection, parts: SplitResult) -> urllib3.BaseHTTPResponse:
    path = urllib3.util.parse_url(parts.geturl()).request_uri
    headers = {"Host": parts.netloc, "User-Agent": AGENT, "Accept-Encoding": "identity"}
    connection.request("GET", path, headers=headers, preload_content=False, decode_content=False)
    return connection.getresponse()


def _read(response: urllib3.BaseHTTPResponse, most_bytes: int, end_at: float) -> bytes:
    """The body, read piece by piece, so that neither its size nor its slowness is the host's to choose."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise FetchError("it came compressed, which was not asked for")
    parts: list[bytes] = []
    size = 0
    try:
        while chunk := response.read1(CHUNK):
            size += len(chunk)
            if size > most_bytes:
                raise FetchError(f"larger than {most_bytes // 1024 // 1024} MB")
            _check_time(end_at)
            parts.append(chunk)
    except FAILURES as error:
        _check_time(end_at)
        raise FetchError("the connection broke off") from error
    _check_time(end_at)  # a connection that was cut can look like one that came to its end
    return b"".join(parts)
