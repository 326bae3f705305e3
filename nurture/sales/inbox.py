"""Which alerts somebody has, and the figures about them."""

from django.db.models import Exists, OuterRef, QuerySet

from cms import policy
from nurture.sales.models import Alert, AlertOutcome

OPEN, DECIDED = "open", "decided"
MOST_COUNTED = 99


def alerts_of(user) -> QuerySet[Alert]:
    """The alerts this person may see, with what a card shows."""
    alerts = Alert.objects.select_related("contact__stage", "account", "owner").prefetch_related("outcomes__user")
    return policy.visible(user, "alert.view", alerts)


def narrowed(alerts: QuerySet[Alert], state: str) -> QuerySet[Alert]:
    """Only the open or only the decided ones; anything else: all."""
    decided = Exists(AlertOutcome.objects.filter(alert=OuterRef("pk")))
    return alerts.filter(~decided) if state == OPEN else alerts.filter(decided) if state == DECIDED else alerts


def waiting(user) -> int:
    """How many open alerts wait for this very person; counts no further than 99. One query."""
    alerts = policy.visible(user, "alert.decide", Alert.objects.order_by())
    return narrowed(alerts, OPEN)[:MOST_COUNTED].count()
