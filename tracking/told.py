"""What happened away from any browser and somebody tells us: a meeting, a call, an event. Stored like everything else.

Whom it is about is a contact's `subject`. It is believed only of events that came in here, and of those that our own
site recorded (a form, a signed link): the collector gives other sources, so nobody on the internet can claim to be
somebody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from cms import clock
from tracking import pipeline
from tracking.kinds import KINDS
from tracking.models import Draft, Event
from tracking.verdicts import TOLD

SOURCES = TOLD
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """One thing that happened. The same uuid again is stored once."""

    uuid: UUID
    subject: UUID
    kind: str
    occurred_at: datetime
    asset_id: int | None = None
    properties: dict[str, Any] = field(default_factory=dict)


def record(rows: Iterable[Told], source: str) -> set[UUID]:
    """Store what was told, in one transaction; the uuids of what is new. `source` is one of SOURCES.

    Raises ValueError for a source or kind that is none, and for a time in the future or before EARLIEST.
    """
    rows = list(rows)
    if source not in SOURCES:
        raise ValueError(f"Unknown source {source!r}; one of {', '.join(SOURCES)}")
    now = clock.now()
    for row in rows:
        if row.kind not in KINDS:
            raise ValueError(f"Unknown kind {row.kind!r}")
        if not EARLIEST <= row.occurred_at <= now:
            raise ValueError(f"{row.occurred_at} is not between {EARLIEST.year} and now")
    with transaction.atomic():
        return set(pipeline.record([_draft(row, source, now) for row in rows], taken=len(rows)))


def subject(event: Event) -> UUID | None:
    """Whom an event is about, when it was told by somebody we believe."""
    text = event.properties.get("subject") if event.source in (*SOURCES, "site") else None
    return UUID(text) if text else None


def _draft(row: Told, source: str, now: datetime) -> Draft:
    payload = {"asset": row.asset_id, "properties": {**row.properties, "subject": row.subject.hex}}
    return Draft(
        uuid=row.uuid,
        kind=row.kind,
        source=source,
        occurred_at=row.occurred_at.astimezone(UTC),
        received_at=now,
        payload=payload,
        facts={},
    )
