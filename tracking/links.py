"""Addresses that the collector answers: tracked links, the open pixel, one-click unsubscribe."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from tracking import tokens

# With a host, without a user's name, and without what browsers read differently: blanks, controls, a backslash.
WEB_ADDRESS = re.compile(
    r"https?://(?:[^\s\0-\x20\x7f@/?#\\\[\]]+|\[[0-9a-fA-F:.]+\](?::\d+)?)(?:[/?#][^\0-\x20\x7f]*)?"
)


def tracked_url(destination: str, ref: UUID, *, links: int = 0, sent_at: datetime | None = None) -> str:
    """A link that records `link_followed` for `ref` and sends the reader to `destination`, which the MAC covers.

    In a mail, `links` is how many different ones it has and `sent_at` when it goes out: robots are told by them.
    """
    payload: dict[str, str | int] = {"d": destination, "r": ref.hex}
    if links:
        payload["n"] = links
    if sent_at:
        payload["s"] = int(sent_at.timestamp())
    return f"{settings.BASE_URL}/t/c/{tokens.sign('link', payload)}"


def trap_url(ref: UUID, links: int) -> str:
    """A link that a mail's reader cannot see: whoever follows it is a robot."""
    payload = {"d": f"{settings.BASE_URL}/", "r": ref.hex, "n": links, "h": 1}
    return f"{settings.BASE_URL}/t/c/{tokens.sign('link', payload)}"


def open_url(ref: UUID, subject: UUID) -> str:
    """A picture that records `mail_opened` for `ref`, as long as the person with this subject agrees to it."""
    token = tokens.sign("open", {"r": ref.hex, "u": subject.hex})
    return f"{settings.BASE_URL}/t/p.gif?k=mail_opened&l={token}"


def data_url(hmac: str, subject: UUID | None) -> str:
    """The page about what is kept of the person with this address, where they say yes and no."""
    token = tokens.sign("unsubscribe", {"h": hmac, "s": subject.hex if subject else ""})
    return f"{settings.BASE_URL}/your-data/{token}/"


def unsubscribe_url(hmac: str, subject: UUID | None) -> str:
    """One-click unsubscribe for the address with this HMAC. Carries all it needs; works for ever."""
    return f"{settings.BASE_URL}/t/u/{tokens.sign('unsubscribe', {'h': hmac, 's': subject.hex if subject else ''})}"


def read(token: str) -> dict[str, Any]:
    """The payload of a tracked link: d, its destination, r, its ref as hex, and for a mail's what the makers above
    put in. BadToken when it is not ours, or leads to no web address.
    """
    payload = tokens.read("link", token)
    destination = payload.get("d")
    # A signature of ours is no reason to trust what was signed.
    if not isinstance(destination, str) or "r" not in payload or not WEB_ADDRESS.fullmatch(destination):
        raise tokens.BadToken("not a link to a web address")
    return payload
