"""A reading is told once it is one (`asset_read`), and again when it went on (`reading_continued`), seldom.

The ledger is append-only, so what came later is an event of its own. Its uuid is made of the reading's (pixel.js does
the same): version 8 instead of 4, and the last digit XOR the number of the part, so each finds the other.
"""

from collections.abc import Iterable
from uuid import UUID

from tracking.models import Event

READ, CONTINUED = "asset_read", "reading_continued"
PARTS = 7
VERSION = 0xF << 76
MEASURES = ("seconds", "depth")


def parts(uuid: UUID) -> list[UUID]:
    """The uuids under which the reading `uuid` may be told to have gone on."""
    return [UUID(int=(uuid.int & ~VERSION | 8 << 76) ^ part) for part in range(1, PARTS + 1)]


def whole(event: Event) -> UUID | None:
    """The uuid of the reading that this event continues; None when it says no sensible part."""
    part = event.properties.get("part")
    if event.kind != CONTINUED or type(part) is not int or not 1 <= part <= PARTS:
        return None
    return UUID(int=(event.uuid.int & ~VERSION | 4 << 76) ^ part)


def longest(properties: dict, events: Iterable[Event]) -> dict:
    """The reading's properties with the most seconds and depth that it or any of `events` tells."""
    found = dict(properties)
    for event in events:
        for name in MEASURES:
            value, before = event.properties.get(name), found.get(name)
            if type(value) is int and not (type(before) is int and before >= value):
                found[name] = value
    return found
