"""Which alerts somebody has, and the figures about them."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.db.models import Exists, OuterRef, Q, QuerySet

from cms import clock, policy
from nurture.contacts.models import Contact
from nurture.rules.models import ActionRun
from nurture.sales.models import Alert, AlertOutcome

OPEN, DECIDED = "open", "decided"
MOST_COUNTED = 99
MOST_SETTLING = 50


def alerts_of(user) -> QuerySet[Alert]:
    """The alerts this person may see, with what a card shows."""
    alerts = Alert.objects.select_related("contact__stage", "account", "owner").prefetch_related("outcomes__user")
    return policy.visible(user, "alert.view", alerts)


def narrowed(alerts: QuerySet[Alert], state: str) -> QuerySet[Alert]:
    """Only the open or only the decided ones; anything else: all. One that was taken back is not open."""
    decided = Exists(AlertOutcome.objects.filter(alert=OuterRef("pk")))
    if state == OPEN:
        return alerts.filter(~decided, withdrawn_at=None)
    return alerts.filter(decided) if state == DECIDED else alerts


@dataclass(frozen=True)
class Settling:
    """An alert that will be raised if the verdict holds: whom it is about, what they read, how long it takes yet."""

    contact: Contact
    asset_title: str
    caused_at: datetime
    seconds: int


def settling(user) -> list[Settling]:
    """What may become alerts of this person (of everybody for who sees all) within the settle time, soonest first."""
    state, now = ActionRun.State, clock.now()
    runs = ActionRun.objects.filter(action="alert_owner", state__in=(state.PENDING, state.CLAIMED))
    if policy.scope(user, "alert.view") != policy.ALL:
        runs = runs.filter(_would_be_told(user))
    return [
        Settling(
            contact=run.contact,
            asset_title=run.cause.get("asset_title", ""),
            caused_at=run.caused_at,
            seconds=max(0, ceil((run.due_at - now).total_seconds())),
        )
        for run in runs.select_related("contact__account").order_by("due_at", "pk")[:MOST_SETTLING]
    ]


def _would_be_told(user) -> Q:
    """The runs whose alert goes to this person, as `owners.of` chooses."""
    nobody, account, stage = None, "contact__account__owner", "contact__stage__owner"
    backup = "contact__stage__backup_owner"
    return (
        Q(**{account: user}) | Q(**{account: nobody, stage: user}) | Q(**{account: nobody, stage: nobody, backup: user})
    )


def waiting(user) -> int:
    """How many open alerts wait for this very person; counts no further than 99. One query."""
    alerts = policy.visible(user, "alert.decide", Alert.objects.order_by())
    return narrowed(alerts, OPEN)[:MOST_COUNTED].count()
