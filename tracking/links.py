"""Addresses that the collector answers: tracked links, the open pixel, one-click unsubscribe."""

from uuid import UUID

from django.conf import settings

from tracking import tokens


def tracked_url(destination: str, ref: UUID) -> str:
    """A link that records `link_followed` for `ref` and sends the reader to `destination`, which the MAC covers."""
    return f"{settings.BASE_URL}/t/c/{tokens.sign('link', {'d': destination, 'r': ref.hex})}"


def unsubscribe_url(hmac: str, subject: UUID | None) -> str:
    """One-click unsubscribe for the address with this HMAC. Carries all it needs; works for ever."""
    return f"{settings.BASE_URL}/t/u/{tokens.sign('unsubscribe', {'h': hmac, 's': subject.hex if subject else ''})}"
