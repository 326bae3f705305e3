"""The library's tables."""

from cms.feedback.models import Rating
from cms.models.agreements import AgreementSignature, SignalAgreement
from cms.models.authors import Author
from cms.models.campaigns import Campaign, Vehicle
from cms.models.documents import LibraryDocument, LibraryImage, LibraryRendition
from cms.models.imports import ImportedItem
from cms.models.jobs import Heartbeat, Job
from cms.models.pages import AssetPage, AssetTopic, HomePage
from cms.models.taxonomy import BuyingStage, Persona, Topic
from cms.models.users import User
from cms.models.workflows import SalesSignsTask

__all__ = [
    "AgreementSignature",
    "AssetPage",
    "AssetTopic",
    "Author",
    "BuyingStage",
    "Campaign",
    "Heartbeat",
    "HomePage",
    "ImportedItem",
    "Job",
    "LibraryDocument",
    "LibraryImage",
    "LibraryRendition",
    "Persona",
    "Rating",
    "SalesSignsTask",
    "SignalAgreement",
    "Topic",
    "User",
    "Vehicle",
]
