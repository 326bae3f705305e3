"""The ledger's tables."""

from tracking.models.consent import ConsentEvent, LastOpen, Suppression
from tracking.models.drafts import Draft, DraftMark, HeldDraft, Received, SpoolMark, Taking
from tracking.models.events import DropCount, Event, EventKey, Pending
from tracking.models.hearings import Hearing
from tracking.models.keys import WriteKey
from tracking.models.links import Link
from tracking.models.retention import ClosedMonth
from tracking.models.rollups import AssetDay, StaleDay
from tracking.models.sites import TrackedSite
from tracking.models.visitors import Session, Visitor

__all__ = [
    "AssetDay",
    "ClosedMonth",
    "ConsentEvent",
    "Draft",
    "DraftMark",
    "DropCount",
    "Event",
    "EventKey",
    "Hearing",
    "HeldDraft",
    "LastOpen",
    "Link",
    "Pending",
    "Received",
    "Session",
    "SpoolMark",
    "StaleDay",
    "Suppression",
    "Taking",
    "TrackedSite",
    "Visitor",
    "WriteKey",
]
