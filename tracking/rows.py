"""A draft as plain values, for the writer's own statements and for the spool."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tracking.models import Draft

COLUMNS = ("uuid", "kind", "source", "occurred_at", "received_at", "payload", "facts")
TABLE = Draft._meta.db_table


def plain(draft: Draft) -> tuple[str, ...]:
    """Values in the order of COLUMNS, as texts that PostgreSQL takes and the spool keeps; times in ISO with zone."""
    return (
        draft.uuid.hex,
        draft.kind,
        draft.source,
        draft.occurred_at.isoformat(),
        draft.received_at.isoformat(),
        json.dumps(draft.payload),
        json.dumps(draft.facts),
    )


def sqlite(draft: Draft) -> tuple[str, ...]:
    """The same, with times as Django stores them in SQLite: UTC without a zone."""
    values = plain(draft)
    return (*values[:3], _naive(draft.occurred_at), _naive(draft.received_at), *values[5:])


def draft(values: list[Any]) -> Draft:
    """The draft again. ValueError when the values are not those of `plain`."""
    uuid, kind, source, occurred_at, received_at, payload, facts = values
    return Draft(
        uuid=UUID(uuid),
        kind=kind,
        source=source,
        occurred_at=datetime.fromisoformat(occurred_at),
        received_at=datetime.fromisoformat(received_at),
        payload=json.loads(payload),
        facts=json.loads(facts),
    )


def _naive(moment: datetime) -> str:
    return str(moment.astimezone(UTC).replace(tzinfo=None))
