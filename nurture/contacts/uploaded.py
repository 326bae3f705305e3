"""Files of events that a person uploaded, between the upload, the choice of columns and the end of the job.

They lie under VAR_DIR/happenings/, which all processes of an installation share, and hold addresses: readable by
the owner only, gone with their job, and after KEPT in any case.
"""

import re
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from nurture.contacts import offline

KIND = "import events"
KEPT = timedelta(days=7)
NAME = re.compile(r"[0-9a-f]{32}")


def keep(data: bytes) -> str:
    """Store the bytes; the name to find them by. Old files of jobs that never were are cleared away."""
    for path in _folder().glob("*.csv"):
        if path.stat().st_mtime < time.time() - KEPT.total_seconds():
            path.unlink(missing_ok=True)
    name = uuid4().hex
    path = _folder() / f"{name}.csv"
    path.touch(mode=0o600)
    path.write_bytes(data)
    return name


def load(name: str) -> bytes:
    """The bytes again. FileNotFoundError when they are gone, or the name is none of ours."""
    if not NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return (_folder() / f"{name}.csv").read_bytes()


def forget(name: str) -> None:
    """Delete the file; harmless when it is gone."""
    if NAME.fullmatch(name):
        (_folder() / f"{name}.csv").unlink(missing_ok=True)


def sheet(name: str) -> offline.Sheet:
    """The uploaded rows. Raises offline.FileError, also when the file is gone."""
    try:
        return offline.read(load(name))
    except FileNotFoundError as error:
        raise offline.FileError("The file is gone; upload it again.") from error


def _folder() -> Path:
    folder = Path(settings.VAR_DIR) / "happenings"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
