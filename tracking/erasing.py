"""Forgetting a person in the ledger: what told them apart and what they gave goes, what is counted stays."""

import re
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from django.db import transaction

from tracking import batches, pipeline, queries, segment
from tracking.models import Event, Hearing, HeldDraft, LastOpen, Link, Visitor

ROWS = 500
# Of an event's properties only what is a measure: seconds and depth of reading, a rating, the number of links.
MEASURES = ("seconds", "depth", "value", "stars", "links", "trap")


def scrub(visitor_ids: Iterable[int], event_uuids: Iterable[UUID] = ()) -> int:
    """Scrub all events of these visitors and those named besides; how many. Then `rename`.

    Kind, time, piece, campaign and verdict stay, so no figure changes. Some hundred events a transaction; may be
    repeated, and has to be when it was interrupted.
    """
    done = 0
    for events in (queries.history(visitor_ids).iterator(), iter(queries.events(event_uuids))):
        while chunk := list(islice(events, ROWS)):
            _scrub(chunk)
            done += len(chunk)
    return done


def rename(visitor_ids: Iterable[int], since: datetime) -> None:
    """Give these visitors new keys: the browsers are strangers from then on. In the caller's transaction.

    What they did while `scrub` ran, from `since`, is scrubbed as well; nothing more comes while the rows are held.
    """
    ids = set(visitor_ids)
    for visitor in Visitor.objects.select_for_update().filter(pk__in=ids).order_by("key"):
        visitor.key = uuid.uuid4()
        visitor.save(update_fields=["key"])
    late = list(queries.history(ids).filter(received_at__gte=since))
    if late:
        _scrub(late)


def erase_links(refs: Iterable[UUID]) -> None:
    """What is kept under the links of a person's mails besides events: the day of opening, a verdict still awaited."""
    for model in (LastOpen, Hearing):
        batches.delete(model, "link_ref", refs)


def drop_held(ids: Iterable[UUID], address: str) -> int:
    """Drop the drafts that were given up and name a person: tried again, they would bring them back. How many.

    They do so by one of `ids` (keys of their browsers, which are also those of their userId, and their subject), or by
    their mail address, in whatever part of the payload. A transaction for each, which counts it as broken.
    """
    keys = {key.hex for key in ids}
    # Not the end of a longer address, nor the beginning of one.
    mail = re.compile(rf"(?<![\w.+-]){re.escape(address.strip().lower())}(?![\w-]|\.\w)")
    dead = HeldDraft.objects.filter(dead_at__isnull=False).order_by("pk")
    found = [row for row in dead.iterator(ROWS) if _names(row.payload, keys, mail)]
    return sum(map(pipeline.drop, found))


def _names(payload: dict[str, Any], keys: set[str], mail: re.Pattern[str]) -> bool:
    if any(text.replace("-", "") in keys or mail.search(unquote(text).lower()) for text in _texts(payload)):
        return True
    said = payload.get("properties")
    if not isinstance(said, dict):
        return False
    users = [said.get(name) for name in ("user", "previous")]  # of merge_proposed, as they were told
    named = (segment.keys_named(user) for user in users if isinstance(user, str))
    return any(key.replace("-", "") in keys for told in named for key in told)


def _texts(value: Any) -> Iterator[str]:
    """All texts of a JSON value, however deep; intake has bounded how deep that is."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _scrub(events: list[Event]) -> None:
    """One transaction of three statements at most."""
    refs = {event.link_ref for event in events if event.link_ref}
    public = set(Link.objects.filter(ref__in=refs).values_list("ref", flat=True))
    rows = [
        {
            "id": event.pk,
            "properties": measures(event.properties),
            "url": event.url.partition("?")[0].partition("#")[0],
            "referrer": "",
            "link_ref": event.link_ref if event.link_ref in public else None,
        }
        for event in events
    ]
    with transaction.atomic():
        batches.update(Event, rows, fields=["properties", "url", "referrer", "link_ref"])


def measures(properties: dict[str, Any]) -> dict[str, Any]:
    """What is left of an event's properties."""
    return {name: properties[name] for name in MEASURES if isinstance(properties.get(name), int | float)}
