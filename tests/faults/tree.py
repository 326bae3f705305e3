"""Processes and their children, as Linux shows them under /proc."""

import contextlib
from pathlib import Path

PROC = Path("/proc")


def descendants(pid: int) -> list[int]:
    """All processes under `pid`, nearest first."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal() and (state := _state(int(entry.name))) is not None:
            children.setdefault(int(state[1]), []).append(int(entry.name))
    found, look = [], [pid]
    while look:
        below = children.get(look.pop(0), [])
        found += below
        look += below
    return found


def command(pid: int) -> str:
    """Its command line; PostgreSQL's processes tell in it what they do."""
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""


def is_alive(pid: int) -> bool:
    """Does it run? A zombie does not."""
    state = _state(pid)
    return state is not None and state[0] not in "ZX"


def is_stopped(pid: int) -> bool:
    """Is it held by SIGSTOP, or gone?"""
    state = _state(pid)
    return state is None or state[0] in "TZX"


def _state(pid: int) -> list[str] | None:
    """[state, parent, …] of /proc/PID/stat, or None when it has gone."""
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return None
