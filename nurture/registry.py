"""One registry for the kinds of thing that a rule is made of, and for the ways out to sales.

Kinds: trigger, condition, action, channel, connector. An entry is a class with `key` and `label`.
"""

from collections.abc import Iterable
from typing import Any

KINDS = ("trigger", "condition", "action", "channel", "connector")
_entries: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}


def register(kind: str) -> Any:
    """Class decorator: add the class under its `key`. Raises ValueError for a nameless or double key."""

    def add(entry: Any) -> Any:
        if not getattr(entry, "key", "") or not getattr(entry, "label", ""):
            raise ValueError(f"A {kind} needs a key and a label: {entry!r}")
        if entry.key in _entries[kind]:
            raise ValueError(f"The {kind} {entry.key!r} is registered twice")
        _entries[kind][entry.key] = entry
        return entry

    return add


def get(kind: str, key: str) -> Any:
    """The entry; KeyError with the known keys when there is none."""
    if key not in _entries[kind]:
        raise KeyError(f"No {kind} {key!r}; known: {', '.join(sorted(_entries[kind])) or 'none'}")
    return _entries[kind][key]


def entries(kind: str) -> Iterable[Any]:
    """All entries of a kind, in the order they were registered."""
    return _entries[kind].values()


def choices(kind: str) -> list[tuple[str, str]]:
    """(key, label) pairs, for a field whose choices must not become a migration."""
    return [(entry.key, entry.label) for entry in entries(kind)]


class ActionError(Exception):
    """An action, channel or connector could not do its work; `permanent` says that trying again will not help."""

    def __init__(self, message: str, permanent: bool = False):
        super().__init__(message)
        self.permanent = permanent
