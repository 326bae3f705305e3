"""Sends what is due. Claims with a lease and a fence, renders and talks to the mail server outside any transaction.

Any number of processes may run this at once and any may be killed at any point: docs/mail.md says what then happens.
"""

import logging
import time
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import F

from cms import claims, clock, worker
from nurture.contacts.models import Contact
from nurture.mail import fate, queue, render
from nurture.mail.models import Delivery, Lane
from nurture.mail.transport import CutOff, Refused, Transport, Unreachable, connect
from tracking import spool

logger = logging.getLogger(__name__)
State = Delivery.State
LANES = (Lane.TRANSACTIONAL, Lane.ALERT, Lane.MARKETING)
BATCH = 50
LEASE = timedelta(minutes=5)
PAUSE = timedelta(seconds=30)  # for what was claimed when the way out is shut
BATCH_SECONDS = 60


def run_batch(limit: int = BATCH) -> int:
    """Take back what crashed, send at most `limit` due mails. Returns the number of rows worked on."""
    worked = reap()
    deliveries = claim(limit)
    if not deliveries:
        return worked
    transport = connect()
    stop_at = time.monotonic() + BATCH_SECONDS
    try:
        for at, delivery in enumerate(deliveries):
            if time.monotonic() > stop_at:
                fate.release(deliveries[at:], clock.now())
                break
            if not send(delivery, transport):  # the others would wait for the same dead server
                fate.release(deliveries[at + 1 :], clock.now() + PAUSE)
                break
    finally:
        transport.close()
    return worked + len(deliveries)


def claim(limit: int) -> list[Delivery]:
    """Lease at most `limit` due deliveries to this process, urgent lanes first. Suppressed ones end here."""
    while True:
        found, claimed = _claim_once(limit)
        if claimed or not found:  # a batch of nothing but suppressed ones does not hide what is behind it
            return claimed


def _claim_once(limit: int) -> tuple[int, list[Delivery]]:
    now = clock.now()
    with transaction.atomic():
        rows = _due(limit, now)
        subjects = dict(Contact.objects.filter(pk__in={row.contact_id for row in rows}).values_list("pk", "subject"))
        recipients = {row.pk: (row.address_hmac, subjects.get(row.contact_id)) for row in rows}
        scopes = queue.scopes_of(recipients.values())
        stopped = {row.pk for row in rows if queue.is_suppressed(scopes[recipients[row.pk]], row.lane)}
        Delivery.objects.filter(pk__in=stopped, state=State.PENDING).update(state=State.SUPPRESSED)
        taken = [row.pk for row in rows if row.pk not in stopped]
        # On SQLite the transaction began with the write lock and on PostgreSQL the rows are locked: nobody is between.
        Delivery.objects.filter(pk__in=taken, state=State.PENDING).update(
            state=State.CLAIMED,
            lease_owner=worker.identity(),
            lease_until=now + LEASE,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            data_started=False,
        )
        claimed = Delivery.objects.filter(pk__in=taken, state=State.CLAIMED)
        found = {d.pk: d for d in claimed.select_related("message", "contact", "asset__cover")}
    return len(rows), [found[pk] for pk in taken if pk in found]


def send(delivery: Delivery, transport: Transport) -> bool:
    """One try. False when the mail server cannot be reached at all."""
    try:
        message = render.mail(delivery)
        recipient = render.recipient_address(delivery.address)
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with this mail, the others go on
        fate.unmade(delivery, f"{type(error).__name__}: {error}")
        return True
    handed_over = False
    try:
        transport.begin(render.sender_address(), recipient)
        if not _start_data(delivery):
            transport.reset()
            return True
        handed_over = True
        fate.sent(delivery, *transport.data(message))
    except Refused as no:
        (fate.refused if no.permanent else fate.deferred)(delivery, no.code, no.text)
    except CutOff as error:
        fate.cut_off(delivery, f"The connection was lost after the mail was handed over: {error}")
    except Unreachable as error:
        fate.deferred(delivery, None, f"The mail server cannot be reached: {error}")
        return False
    except Exception as error:
        logger.exception("Delivery %s failed in a way nobody foresaw", delivery.pk)
        text = f"{type(error).__name__}: {error}"
        fate.cut_off(delivery, text) if handed_over else fate.deferred(delivery, None, text)
        return False
    return True


def reap() -> int:
    """Take back deliveries whose lease ran out. Returns how many."""
    expired = Delivery.objects.filter(state=State.CLAIMED, lease_until__lt=clock.now()).order_by("lease_until")
    return sum(fate.crashed(delivery) for delivery in expired[:BATCH])


def _due(limit: int, now) -> list[Delivery]:
    rows: list[Delivery] = []
    for lane in LANES:
        if len(rows) >= limit or (lane == Lane.MARKETING and spool.unsubscribes_waiting()):
            break
        due = Delivery.objects.filter(state=State.PENDING, lane=lane, not_before__lte=now)
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        due = due.only("pk", "address_hmac", "lane", "contact_id", "crashes").order_by("not_before", "pk")
        rows += due[: limit - len(rows)]
    return claims.together(rows, lambda row: row.crashes)  # one that ended its process takes no others with it


def _start_data(delivery: Delivery) -> bool:
    """Commit that from now on it may have gone out: only while we hold it and the address is not suppressed."""
    now = clock.now()
    with transaction.atomic():
        recipient = (delivery.address_hmac, delivery.contact.subject if delivery.contact else None)
        if queue.is_suppressed(queue.scopes_of([recipient])[recipient], delivery.lane):
            fate.suppress(delivery)
            return False
        if delivery.lane == Lane.MARKETING and spool.unsubscribes_waiting():
            fate.release([delivery], now + PAUSE)
            return False
        held = Delivery.objects.filter(
            pk=delivery.pk, state=State.CLAIMED, fence=delivery.fence, lease_until__gt=now
        ).update(data_started=True, lease_until=now + LEASE, rfc_message_id=render.message_id(delivery))
    return bool(held)
