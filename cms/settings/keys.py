"""Keys of a demonstration or a developer's machine: made at first start, kept under var/ for the owner only."""

import base64
import os
import secrets
from pathlib import Path


def kept(path: Path, make=lambda: secrets.token_urlsafe(48)) -> str:
    """The text in `path`; made there with mode 0600 when missing. Safe when two processes start at once."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _whole(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(make())
    return path.read_text()


def _whole(path: Path) -> str:
    """The other process has the file open and may not have written yet: read until it has."""
    for _ in range(1000):
        if text := path.read_text():
            return text
    raise RuntimeError(f"{path} is empty; delete it and start again")


def fresh_tracking_key() -> bytes:
    """32 random bytes for TRACKING_KEYS."""
    return secrets.token_bytes(32)


def encode(key: bytes) -> str:
    """As it is written in TRACKING_KEYS."""
    return base64.urlsafe_b64encode(key).decode().rstrip("=")
