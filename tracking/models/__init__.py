"""The ledger's tables."""

from tracking.models.consent import ConsentEvent, Suppression
from tracking.models.drafts import Draft, DraftMark, SpoolMark
from tracking.models.events import DropCount, Event, EventKey, Pending
from tracking.models.links import Link
from tracking.models.visitors import Session, Visitor

__all__ = [
    "ConsentEvent",
    "Draft",
    "DraftMark",
    "DropCount",
    "Event",
    "EventKey",
    "Link",
    "Pending",
    "Session",
    "SpoolMark",
    "Suppression",
    "Visitor",
]
