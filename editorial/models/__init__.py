"""The newsroom's tables. Planning rows are not versioned and never live on a page (docs/architecture.md)."""

from editorial.models.schedule import Entry

__all__ = ["Entry"]
