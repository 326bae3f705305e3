"""When something happened: what its sender says, as far as that is believed."""

from datetime import UTC, datetime, timedelta

from tracking.seen import Seen

CLAMP = timedelta(minutes=10)
NOTED = timedelta(minutes=1)  # a clock that is wrong by more stands with the event
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def believed(told: datetime, seen: Seen, now: datetime) -> datetime:
    """`told`, but never in the future; without a write key for history at most CLAMP ago."""
    earliest = EARLIEST if seen.scope == "history" else now - CLAMP
    return max(earliest, min(told, now))


def note(told: datetime, at: datetime) -> dict[str, str]:
    """`said_at` of the payload: what the client's clock said, where we count the event at another time."""
    return {"said_at": told.isoformat()} if abs(told - at) > NOTED else {}
