"""The newsroom's tables. Planning rows are not versioned and never live on a page (docs/architecture.md)."""

from editorial.models.approvals import Approval
from editorial.models.coverage import CoverageCount, CoverageLevels, CoverageSnapshot, StaleCoverage
from editorial.models.interests import Interest
from editorial.models.interviews import Interview, InterviewQuestion, Quote
from editorial.models.mix import MixTarget
from editorial.models.plans import PlanBatch, PlanRow
from editorial.models.reminders import ReviewReminder, StepReminder
from editorial.models.schedule import Entry
from editorial.models.slots import Slot, SlotRule
from editorial.models.views import CalendarFeed, SavedView
from editorial.models.work import Assignment, BriefAnswer, BriefPoint, Remark, Waiver

__all__ = [
    "Approval", "Assignment", "BriefAnswer", "BriefPoint", "CalendarFeed", "CoverageCount", "CoverageLevels",
    "CoverageSnapshot", "Entry", "Interest", "Interview", "InterviewQuestion", "MixTarget", "PlanBatch", "PlanRow",
    "Quote", "Remark", "ReviewReminder", "SavedView", "Slot", "SlotRule", "StaleCoverage", "StepReminder", "Waiver",
]  # fmt: skip
