"""What `doctor` asks of nurture: is work piling up, has anything been given up?"""

from datetime import timedelta

from cms import clock
from cms.health import Check, Finding
from nurture.contacts.identities import CONSUMER
from nurture.mail import health as mail
from nurture.rules.models import ActionRun
from tracking.models import Event, Pending

LATE = timedelta(minutes=2)


def ask_pending() -> Finding:
    """Events that wait for a decision."""
    dead = Pending.objects.filter(consumer=CONSUMER, dead_at__isnull=False).count()
    alive = Pending.objects.filter(consumer=CONSUMER, dead_at=None).order_by("id")
    waiting, first = alive.count(), alive.values_list("event_uuid", flat=True).first()
    received_at = Event.objects.filter(uuid=first).values_list("received_at", flat=True).first() if first else None
    if dead:
        return Finding(
            False,
            f"{dead} events could not be reacted to, {waiting} wait",
            "See tracking_pending.error; then revive them.",
        )
    age = clock.now() - received_at if received_at else timedelta(0)
    words = f"{waiting} events wait for a decision, the oldest for {int(age.total_seconds())} s"
    return Finding(age < LATE, words, "Is the worker running? Its log says what fails.")


def ask_actions() -> Finding:
    """Actions of rules that are late or were given up."""
    late = ActionRun.objects.filter(state=ActionRun.State.PENDING, due_at__lt=clock.now() - LATE).count()
    dead = ActionRun.objects.filter(state=ActionRun.State.DEAD).count()
    if late or dead:
        hint = "Is the worker running? Given-up actions are under Nurture › What rules did, with the reason."
        return Finding(False, f"{late} actions of rules are late, {dead} were given up", hint)
    return Finding(True, "No action of a rule is late or given up")


CHECKS = [Check("Events to decide on", ask_pending), Check("Actions of rules", ask_actions), *mail.CHECKS]
