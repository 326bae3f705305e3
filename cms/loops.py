"""The library's background work."""

from cms.worker import Loop

LOOPS: list[Loop] = []
