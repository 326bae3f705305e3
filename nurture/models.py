"""The tables of all packages, so that Django finds them. Nothing imports this file (no circle)."""

from nurture.contacts.models import (
    Account,
    CellSupply,
    Contact,
    Engagement,
    Exposure,
    FieldChange,
    Identity,
    MergeProposal,
    StageChange,
)
from nurture.mail.models import Delivery, DeliveryAttempt, EmailTemplate, Message
from nurture.rules.models import ActionRun, Rule
from nurture.sales.models import Alert, AlertOutcome, Share
from nurture.subscriptions.models import Subscription
from nurture.surveys.models import SurveyWave

__all__ = [
    "Account",
    "ActionRun",
    "Alert",
    "AlertOutcome",
    "CellSupply",
    "Contact",
    "Delivery",
    "DeliveryAttempt",
    "EmailTemplate",
    "Engagement",
    "Exposure",
    "FieldChange",
    "Identity",
    "MergeProposal",
    "Message",
    "Rule",
    "Share",
    "StageChange",
    "Subscription",
    "SurveyWave",
]
