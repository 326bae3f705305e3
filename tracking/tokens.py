"""Signed tokens for links in mail, pixels, one-click unsubscribe and write keys.

`v1.<key name>.<payload>.<mac>`: the payload is compact JSON, the MAC is HMAC-SHA256 truncated to 16 bytes over
purpose, key name and payload. Keys come from settings.TRACKING_KEYS (never SECRET_KEY): the first signs, all verify,
so links in old mail outlive a rotation, and removing one key revokes what it signed and nothing else.
"""

import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable
from functools import lru_cache
from itertools import count
from typing import Any

import msgspec
from django.conf import settings

from cms.settings.keys import encode, fresh_tracking_key
from tracking import chosen

PURPOSES = ("link", "open", "unsubscribe", "write", "rate", "survey", "draft", "download")
MAX_LENGTH = 4000
TO_URL, FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")


class BadToken(ValueError):
    """The token is not one of ours for this purpose; the message says what is wrong, never what would be right."""


def sign(purpose: str, payload: dict[str, Any]) -> str:
    """A token for `purpose` (one of PURPOSES) carrying `payload` (JSON values). About 60 characters plus payload."""
    name, key = next(iter(settings.TRACKING_KEYS.items()))
    body = _encode(json.dumps(payload, separators=(",", ":"), sort_keys=True).encode())
    return f"v1.{name}.{body}.{_encode(_mac(key, purpose, name, body))}"


def read(purpose: str, token: str) -> dict[str, Any]:
    """The payload of a token made by `sign` for the same purpose. Raises BadToken for anything else."""
    parts = token.split(".") if len(token) <= MAX_LENGTH and token.isascii() else []
    if len(parts) != 4 or parts[0] != "v1":
        raise BadToken("not a token of ours, or cut short")
    _, name, body, mac = parts
    key = chosen.read().keys.get(name)
    if key is None:
        raise BadToken("signed with a key that is unknown or was revoked")
    # Texts are compared, not bytes: several texts decode to the same bytes, and only ours is a token.
    if not hmac.compare_digest(mac, _encode(_mac(key, purpose, name, body))):
        raise BadToken("the signature does not match")
    return msgspec.json.decode(_decode(body))


def rotated(revoked: str = "") -> str:
    """TRACKING_KEYS as it should be set next, with a fresh key in front, or without the key `revoked`.

    LookupError when there is no such key, or no other: then nothing could be signed.
    """
    kept = dict(settings.TRACKING_KEYS)
    if revoked:
        del kept[revoked]
        if not kept:
            raise LookupError(revoked)
    else:
        kept = {_free_name(kept): fresh_tracking_key()} | kept
    return ",".join(f"{name}:{encode(key)}" for name, key in kept.items())


def keyed_hash(purpose: str, text: str) -> str:
    """Hex HMAC-SHA256 of `text` under settings.HASH_PEPPER, which is never rotated.

    For what must be recognised but not read back: addresses in the suppression list, readers of a rating.
    """
    return hmac.new(settings.HASH_PEPPER, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def _free_name(taken: Iterable[str]) -> str:
    return next(name for number in count(1) if (name := f"k{number}") not in taken)


def _mac(key: bytes, purpose: str, name: str, body: str) -> bytes:
    if purpose not in PURPOSES:
        raise ValueError(f"Unknown token purpose {purpose!r}; one of {', '.join(PURPOSES)}")
    mac = _keyed(key).copy()
    mac.update(f"{purpose}.{name}.{body}".encode())
    return mac.digest()[:16]


@lru_cache(maxsize=16)
def _keyed(key: bytes) -> hmac.HMAC:
    """Ready to be copied: setting up a key costs more than a token's MAC."""
    return hmac.new(key, digestmod=hashlib.sha256)


def _encode(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).translate(TO_URL).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return binascii.a2b_base64(text.encode().translate(FROM_URL) + b"=" * (-len(text) % 4))
