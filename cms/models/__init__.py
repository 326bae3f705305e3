"""The library's tables."""

from cms.feedback.models import Comment, Poll, PollAnswer, PollOption, Rating, RatingNote, RatingTally, SalesFeedback
from cms.gates.models import Gate, GateDay, GateQuestion, GateSubmission
from cms.models.agreements import AgreementSignature, SignalAgreement
from cms.models.authors import Author
from cms.models.campaigns import Campaign, CampaignCost, Vehicle
from cms.models.cycle import CycleSignature, CycleVersion
from cms.models.documents import LibraryDocument, LibraryImage, LibraryRendition
from cms.models.files import AssetFile
from cms.models.imports import ImportBatch, ImportedAddress, ImportedItem, ImportedPart
from cms.models.jobs import Heartbeat, Job
from cms.models.notes import PieceNote
from cms.models.pages import AssetObjection, AssetPage, AssetTopic, HomePage
from cms.models.personas import PersonaNote
from cms.models.placements import StageStatement
from cms.models.scorecards import Scorecard, StaleScorecard
from cms.models.taxonomy import BuyingStage, MergedTopic, Objection, Persona, Topic
from cms.models.users import User
from cms.models.vocabulary import Vocabulary
from cms.models.workflows import SalesSignsTask
from cms.surveys.models import Answer, AnswerSet, Meaning, Question, Survey

__all__ = [
    "AgreementSignature",
    "Answer",
    "AnswerSet",
    "AssetFile",
    "AssetObjection",
    "AssetPage",
    "AssetTopic",
    "Author",
    "BuyingStage",
    "Campaign",
    "CampaignCost",
    "Comment",
    "CycleSignature",
    "CycleVersion",
    "Gate",
    "GateDay",
    "GateQuestion",
    "GateSubmission",
    "Heartbeat",
    "HomePage",
    "ImportBatch",
    "ImportedAddress",
    "ImportedItem",
    "ImportedPart",
    "Job",
    "LibraryDocument",
    "LibraryImage",
    "LibraryRendition",
    "Meaning",
    "MergedTopic",
    "Objection",
    "Persona",
    "PersonaNote",
    "PieceNote",
    "Poll",
    "PollAnswer",
    "PollOption",
    "Question",
    "Rating",
    "RatingNote",
    "RatingTally",
    "SalesFeedback",
    "SalesSignsTask",
    "Scorecard",
    "SignalAgreement",
    "StageStatement",
    "StaleScorecard",
    "Survey",
    "Topic",
    "User",
    "Vehicle",
    "Vocabulary",
]
