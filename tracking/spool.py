"""Files that hold what was acknowledged while the database was away: fsynced before the answer, replayed later.

One folder, one file a batch, each complete or absent (written beside, synced, renamed). Events are JSON lines of
`rows.COLUMNS`; unsubscribes are one JSON object each. Replaying is exact: the file's name is stored in the
transaction that holds its drafts (tracking/held.py), so a crash before its deletion takes nothing twice.
"""

import contextlib
import json
import logging
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DataError, transaction

from tracking import batches, consent, held, rows
from tracking.models import Draft, SpoolMark

logger = logging.getLogger(__name__)
MAX_FILES = 1000  # a replay is one bounded batch; each file holds what arrived within some milliseconds
MAX_DRAFTS = 1000
EVENTS, SUPPRESSIONS, UNREADABLE = "events", "suppress", "unreadable"


def folder(kind: str) -> Path:
    """Where spool files of this kind are; made on first use, for the owner only."""
    path = settings.VAR_DIR / "spool" / kind
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def keep(batch: Iterable[rows.Row]) -> None:
    """Put drafts on disk, durable when it returns. OSError when even that fails (disk full)."""
    lines = [rows.as_json(row) for row in batch]
    _write(folder(EVENTS), "\n".join(lines))


def keep_suppression(hmac: str, subject: UUID | None, proof: dict[str, Any]) -> None:
    """Put an unsubscribe on disk, durable when it returns; no marketing mail is sent until it is replayed."""
    _write(folder(SUPPRESSIONS), json.dumps({"h": hmac, "s": subject.hex if subject else "", "proof": proof}))


def unsubscribes_waiting() -> bool:
    """Is there an unsubscribe that was acknowledged and is not yet in the database? Then no marketing may be sent.

    Unreadable ones count as waiting: a person has to look.
    """
    return any(folder(SUPPRESSIONS).glob("*.json")) or any(folder(SUPPRESSIONS).glob(f"*.{UNREADABLE}"))


def waiting() -> list[Draft]:
    """The drafts in files that are not yet taken over, for the accounts."""
    files = _files(EVENTS)
    taken = batches.existing(SpoolMark, "name", [path.name for path in files])
    found: list[Draft] = []
    for path in files:
        # A worker may be faster, and what cannot be read is reported by `unreadable`.
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            found += _drafts(path) if path.name not in taken else []
    return found


def unreadable() -> list[Path]:
    """Files that could not be read back; a person has to look."""
    return [path for kind in (EVENTS, SUPPRESSIONS) for path in folder(kind).glob(f"*.{UNREADABLE}")]


def oldest() -> float | None:
    """Seconds since the oldest waiting file was written; None when there is none."""
    ages = []
    for path in (path for kind in (EVENTS, SUPPRESSIONS) for path in _files(kind)[:1]):
        with contextlib.suppress(FileNotFoundError):  # a worker was faster
            ages.append(time.time() - path.stat().st_mtime)
    return max(ages, default=None)


def replay() -> int:
    """Take over what waits, unsubscribes first; the number of files done. The loop: one transaction for the events."""
    done = sum(_replayed(path, _suppress) for path in _files(SUPPRESSIONS)[:MAX_FILES])
    return done + _replay_events(_files(EVENTS)[:MAX_FILES])


def _replay_events(paths: list[Path]) -> int:
    """The first of these files, about MAX_DRAFTS drafts in all, at once. One that the database refuses is found by
    taking each by itself.
    """
    read: dict[Path, list[Draft]] = {}
    for path in paths:
        if sum(map(len, read.values())) >= MAX_DRAFTS:
            break
        with _set_aside_if_unreadable(path):
            read[path] = list(_drafts(path))
    try:
        _take(read)
    except DataError:
        if len(read) > 1:
            return sum(_replay_events([path]) for path in read)
        with _set_aside_if_unreadable(*read):
            raise
        return 0
    for path in read:
        path.unlink(missing_ok=True)
    batches.delete(SpoolMark, "name", [path.name for path in read])
    return len(read)


def _replayed(path: Path, take: Any) -> bool:
    """One file, by `take`."""
    with _set_aside_if_unreadable(path):
        take(path)
        path.unlink(missing_ok=True)
        return True
    return False


@contextlib.contextmanager
def _set_aside_if_unreadable(path: Path) -> Iterator[None]:
    """What cannot be read is kept under another name and never stops the others; one that is gone is passed over."""
    try:
        yield
    except FileNotFoundError:
        pass  # another worker was faster
    except (ValueError, KeyError, TypeError, DataError):
        logger.exception("Spool file %s cannot be read; it is kept under the ending .%s", path, UNREADABLE)
        path.rename(path.with_suffix(f".{UNREADABLE}"))


def _suppress(path: Path) -> None:
    said = json.loads(path.read_text())
    subject = UUID(said["s"]) if said["s"] else None
    consent.suppress(
        said["h"], consent.Reason.UNSUBSCRIBED, source="one_click", subject=subject, proof=said.get("proof")
    )


def _take(read: dict[Path, list[Draft]]) -> None:
    """Hold the drafts of these files, each once."""
    marks = [SpoolMark(name=path.name) for path in sorted(read)]
    with transaction.atomic():
        # Two workers at one file: the second waits here for the first, then finds the mark, or the file gone.
        new = {name for (name,) in batches.insert_returning(SpoolMark, marks, ["name"], ignore_conflicts=True)}
        held.hold(draft for path, drafts in read.items() if path.name in new and path.exists() for draft in drafts)


def _drafts(path: Path) -> list[Draft]:
    return [rows.draft(json.loads(line)) for line in path.read_text().splitlines()]


def _files(kind: str) -> list[Path]:
    """Oldest first: names begin with the time."""
    return sorted(folder(kind).glob("*.json"))


def _write(where: Path, text: str) -> None:
    name = f"{time.time_ns():020d}-{uuid4().hex}"
    beside = where / f"{name}.part"
    with beside.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(where / f"{name}.json")
    descriptor = os.open(where, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
