"""What `doctor` asks of nurture: is work piling up, has anything been given up?"""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy

from cms import clock
from cms.health import Check, Finding, Lag
from nurture.contacts.identities import CONSUMER
from nurture.contacts.models import StageChange
from nurture.mail import health as mail
from nurture.rules.models import ActionRun
from tracking import queries
from tracking.models import Pending

LATE = timedelta(minutes=2)


def ask_pending() -> Finding:
    """Events that wait for a decision."""
    dead = Pending.objects.filter(consumer=CONSUMER, dead_at__isnull=False).count()
    alive = Pending.objects.filter(consumer=CONSUMER, dead_at=None).order_by("id")
    waiting, first = alive.count(), alive.values_list("event_uuid", flat=True).first()
    received_at = next((event.received_at for event in queries.events([first])), None) if first else None
    if dead:
        return Finding(
            False,
            f"{dead} events could not be reacted to, {waiting} wait",
            "They are under Reports › Stuck work, with the reason.",
        )
    age = clock.now() - received_at if received_at else timedelta(0)
    words = f"{waiting} events wait for a decision, the oldest for {int(age.total_seconds())} s"
    return Finding(age < LATE, words, "Is the worker running? Its log says what fails.")


def ask_actions() -> Finding:
    """Actions of rules that are late or were given up."""
    late = ActionRun.objects.filter(state=ActionRun.State.PENDING, due_at__lt=clock.now() - LATE).count()
    dead = ActionRun.objects.filter(state=ActionRun.State.DEAD).count()
    if late or dead:
        hint = "Is the worker running? Given-up actions are under Reports › Stuck work, with the reason."
        return Finding(False, f"{late} actions of rules are late, {dead} were given up", hint)
    return Finding(True, "No action of a rule is late or given up")


CHECKS = [Check("Events to decide on", ask_pending), Check("Actions of rules", ask_actions), *mail.CHECKS]


def oldest_pending() -> datetime | None:
    """When the event arrived that waits longest for a decision."""
    first = Pending.objects.filter(consumer=CONSUMER, dead_at=None).order_by("id").first()
    return next((event.received_at for event in queries.events([first.event_uuid])), None) if first else None


def oldest_change() -> datetime | None:
    """When the stage change was recorded that rules have not seen for longest."""
    waiting = StageChange.objects.filter(reacted=False, dead_at=None).order_by("pk")
    return waiting.values_list("recorded_at", flat=True).first()


def oldest_action() -> datetime | None:
    """Since when the action is due that waits longest."""
    due = ActionRun.objects.filter(state=ActionRun.State.PENDING, due_at__lte=clock.now()).order_by("due_at", "pk")
    return due.values_list("due_at", flat=True).first()


LAGS = [
    Lag(gettext_lazy("Events to decide on"), oldest_pending),
    Lag(gettext_lazy("Stage changes to react to"), oldest_change),
    Lag(gettext_lazy("Actions of rules"), oldest_action),
    *mail.LAGS,
]
