"""A batch of drafts on its way to becoming events: what the steps of the pipeline work on."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tracking.models import Event, Received

MAX_URL = 2000


class Reason(StrEnum):
    """Why a draft does not become an event: a closed list, counted by the hour in DropCount."""

    DUPLICATE = "duplicate"  # an event with this uuid is stored already
    UNKNOWN_KIND = "unknown_kind"  # a kind that this version does not know
    SITE_UNKNOWN = "site_unknown"  # under a site's key that is nobody's
    SITE_CLOSED = "site_closed"  # from a site that was switched off
    WRONG_ORIGIN = "wrong_origin"  # under a site's key, from a page that is not the site's
    TOO_OLD = "too_old"  # of a month whose events were given up: counting it could count it twice
    KEY_UNKNOWN = "key_unknown"  # under a write key that is not in our list
    KEY_REVOKED = "key_revoked"  # under a write key that was revoked
    MALFORMED = "malformed"  # one message of a batch that could not be read; the others were taken
    NOT_WANTED = "not_wanted"  # nothing is recorded where the reader is
    NO_CONSENT = "no_consent"  # a mail opened by somebody who has not agreed that it is seen, or not any more
    ONLY_A_DATE = "only_a_date"  # a mail opened: the day is kept, and no more
    NOT_KEPT = "not_kept"  # a link that led on while neither the database nor the disk could keep it
    BROKEN = "broken"  # nobody could take it over, and a person dropped it


@dataclass(slots=True)
class Row:
    """One draft and the event that grows from it."""

    draft: Received
    event: Event

    @property
    def payload(self) -> dict[str, Any]:
        return self.draft.payload

    @property
    def facts(self) -> dict[str, Any]:
        return self.draft.facts


class Batch:
    """The rows still on their way, and how many were dropped for which reason in which hour."""

    def __init__(self, drafts: Iterable[Received]):
        self.rows = [Row(draft, _event(draft)) for draft in drafts]
        self.dropped: Counter[tuple[Reason, datetime]] = Counter()

    @property
    def events(self) -> list[Event]:
        return [row.event for row in self.rows]

    def drop(self, reason: Reason, is_bad: Callable[[Row], bool]) -> None:
        """Take out the rows that are bad and count each under the hour it was received in."""
        kept = []
        for row in self.rows:
            if is_bad(row):
                self.count(reason, row.draft)
            else:
                kept.append(row)
        self.rows = kept

    def count(self, reason: Reason, draft: Received) -> None:
        """One more draft dropped for `reason`."""
        self.dropped[reason, draft.received_at.replace(minute=0, second=0, microsecond=0)] += 1


def _event(draft: Received) -> Event:
    payload = draft.payload
    properties = dict(payload.get("properties") or {})
    if payload.get("title"):
        properties["title"] = payload["title"]
    if payload.get("said_at"):
        properties["said_at"] = payload["said_at"]
    return Event(
        uuid=draft.uuid,
        kind=draft.kind,
        occurred_at=draft.occurred_at,
        received_at=draft.received_at,
        source=draft.source,
        asset_id=payload.get("asset"),
        link_ref=_uuid(payload.get("link")),
        url=payload.get("url", "")[:MAX_URL],
        referrer=payload.get("referrer", "")[:MAX_URL],
        properties=properties,
    )


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
