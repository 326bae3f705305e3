"""What becomes of a delivery after each outcome: the table of docs/mail.md, in one place.

Each function commits one end of one try, only while the caller still holds the delivery (its fence), and writes the
try down. They return False when somebody else holds it by now.
"""

import random
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cms import clock
from nurture.mail.models import Delivery, DeliveryAttempt, Lane

State = Delivery.State
BACKOFF_MINUTES = (1, 5, 15, 60, 240)  # then 240 each time
ALERT_BACKOFF_MINUTES = (1 / 6, *BACKOFF_MINUTES)  # somebody waits to be called
GIVE_UP_AFTER = timedelta(hours=72)
MAX_CRASHES = 3
MAX_RESENDS = 2
# Phases of a try.
CONNECTED, REFUSED, DATA_STARTED, DONE, LOST, HELD = "connected", "refused", "data_started", "done", "lost", "held"
BY_HAND = "by hand"
PHASES = {
    CONNECTED: _("Could not connect"),
    REFUSED: _("The server said no"),
    DATA_STARTED: _("Cut off after it was handed over"),
    DONE: _("Handed over"),
    LOST: _("The worker ended"),
    HELD: _("Not handed over"),
    BY_HAND: _("Decided by a person"),
}


def sent(delivery: Delivery, code: int, text: str) -> bool:
    """The server took it."""
    return _end(delivery, DONE, code, text, state=State.SENT, data_started=True, sent_at=clock.now())


def refused(delivery: Delivery, code: int, text: str) -> bool:
    """The server said no for good."""
    return _end(delivery, REFUSED, code, text, state=State.FAILED, last_error=f"{code} {text}")


def deferred(delivery: Delivery, code: int | None, text: str) -> bool:
    """Not now: again after 1, 5, 15, 60 minutes, then every 4 hours; alerts first after 10 s. Failed after 72 hours."""
    first = _tries(delivery).order_by("pk").values_list("started_at", flat=True).first()
    words = f"{code} {text}" if code else text
    if first and clock.now() - first >= GIVE_UP_AFTER:
        return _end(delivery, REFUSED, code, text, state=State.FAILED, last_error=f"Tried for 72 hours: {words}")
    again = {"state": State.PENDING, "not_before": _next_try(delivery), "last_error": words}
    return _end(delivery, REFUSED if code else CONNECTED, code, text, **again)


def unmade(delivery: Delivery, text: str) -> bool:
    """The message could not be made; the next try would end alike, so a person decides."""
    return _end(delivery, HELD, None, text, state=State.DEAD, last_error=text)


def cut_off(delivery: Delivery, text: str) -> bool:
    """Lost after DATA: it may have arrived. Marketing is not sent again; other mail is, at most twice, as the same
    message (same Message-ID), because a missing alert or password reset is worse than a double one."""
    before = _tries(delivery).filter(phase=DATA_STARTED).count()
    if delivery.lane == Lane.MARKETING or before >= MAX_RESENDS:
        return _end(delivery, DATA_STARTED, None, text, state=State.UNKNOWN, data_started=True, last_error=text)
    again = {"state": State.PENDING, "not_before": _next_try(delivery), "last_error": text}
    return _end(delivery, DATA_STARTED, None, text, **again)


def crashed(delivery: Delivery) -> bool:
    """Its lease ran out: the process that held it died or hangs. Three times before DATA and it is given up."""
    text = f"The worker {delivery.lease_owner} ended while it held this mail."
    if delivery.data_started:
        return cut_off(delivery, text)
    crashes = delivery.crashes + 1
    state = State.DEAD if crashes >= MAX_CRASHES else State.PENDING
    return _end(delivery, LOST, None, text, state=state, last_error=text, crashes=crashes)


def suppress(delivery: Delivery) -> bool:
    """The address was suppressed after it was claimed; nothing was handed over."""
    return _end(delivery, HELD, None, "suppressed", state=State.SUPPRESSED)


def release(deliveries: list[Delivery], until: datetime) -> int:
    """Give back what was claimed and not begun, as if it had not been: not a try. One statement a mail."""
    given_back = 0
    for delivery in deliveries:
        given_back += _held(delivery).update(
            state=State.PENDING, lease_owner="", lease_until=None, not_before=until, attempts=delivery.attempts - 1
        )
    return given_back


def retry(delivery: Delivery) -> bool:
    """A person wants it sent after all: from the first try on. False when it is in no trouble (any more)."""
    return _by_hand(delivery, "retry", state=State.PENDING, not_before=clock.now())


def give_up(delivery: Delivery, reason: str = "") -> bool:
    """A person leaves it, and may say why. False when it is in no trouble (any more)."""
    return _by_hand(delivery, f"give up: {reason}" if reason else "give up", state=State.CANCELLED)


def _by_hand(delivery: Delivery, text: str, **changes) -> bool:
    in_trouble = Delivery.objects.filter(pk=delivery.pk, state__in=(State.FAILED, State.DEAD, State.UNKNOWN))
    with transaction.atomic():
        if not in_trouble.update(attempts=0, crashes=0, data_started=False, **changes):
            return False
        _note(delivery, BY_HAND, None, text)
    return True


def _tries(delivery: Delivery):
    """Its tries since a person last decided about it."""
    decided = delivery.tries.filter(phase=BY_HAND).order_by("-pk").values_list("pk", flat=True).first()
    return delivery.tries.filter(pk__gt=decided or 0)


def _note(delivery: Delivery, phase: str, code: int | None, text: str) -> None:
    DeliveryAttempt.objects.create(
        delivery=delivery, fence=delivery.fence, started_at=clock.now(), phase=phase, code=code, text=text[:2000]
    )


def _held(delivery: Delivery):
    return Delivery.objects.filter(pk=delivery.pk, state=State.CLAIMED, fence=delivery.fence)


def _end(delivery: Delivery, phase: str, code: int | None, text: str, **changes) -> bool:
    settled = {"data_started": False, "last_code": code, "last_error": "", "lease_owner": "", "lease_until": None}
    changes = settled | changes
    with transaction.atomic():
        if not _held(delivery).update(**changes):
            return False
        _note(delivery, phase, code, text)
    for name, value in changes.items():
        setattr(delivery, name, value)
    return True


def _next_try(delivery: Delivery) -> datetime:
    schedule = ALERT_BACKOFF_MINUTES if delivery.lane == Lane.ALERT else BACKOFF_MINUTES
    minutes = schedule[min(max(delivery.attempts, 1), len(schedule)) - 1]
    jitter = random.uniform(0.8, 1.2) if minutes >= 240 else 1  # noqa: S311 -- spreads load, guards nothing
    return clock.now() + timedelta(minutes=minutes * jitter)
