"""Pages that wait for their time: Wagtail publishes them only when somebody runs its command. The worker does."""

from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models import Q
from wagtail.models import Page, Revision

from cms import clock
from cms.health import Finding
from cms.models import Heartbeat
from cms.worker import identity

CLAIM = "publish_scheduled"  # a row of this name is there while somebody publishes
CLAIM_LASTS = timedelta(minutes=5)
LATE_AFTER = timedelta(minutes=15)


def due() -> int:
    """How many revisions should be live by now, and how many live pages have expired."""
    now = clock.now()
    return (
        Revision.objects.filter(approved_go_live_at__lt=now).count()
        + Page.objects.filter(live=True, expire_at__lt=now).count()
    )


def publish_due() -> int:
    """Publish and expire what is due through Wagtail's own command, one process at a time. How many were due."""
    waiting = due()
    if not waiting or not _claim():
        return 0
    try:
        call_command("publish_scheduled", stdout=StringIO())
    finally:
        Heartbeat.objects.filter(name=CLAIM, detail={"by": identity()}).delete()
    return waiting


def late() -> list[Revision]:
    """Revisions that should have been live for more than 15 minutes, the oldest first, at most ten."""
    waiting = Revision.objects.filter(approved_go_live_at__lt=clock.now() - LATE_AFTER)
    return list(waiting.order_by("approved_go_live_at").defer("content")[:10])


def ask_late() -> Finding:
    """The health check: is anything late?"""
    waiting = late()
    if not waiting:
        return Finding(True, "No scheduled page is late.")
    first = waiting[0]
    return Finding(
        False,
        f"“{first.object_str}” should have been live since {first.approved_go_live_at:%Y-%m-%d %H:%M} UTC.",
        "Start the worker (manage.py worker), or run manage.py publish_scheduled once and read its error.",
    )


def _claim() -> bool:
    """Take the row that says who publishes; one left by a process that died is taken over after five minutes."""
    now = clock.now()
    mine = {"seen_at": now, "detail": {"by": identity()}}
    if Heartbeat.objects.filter(Q(name=CLAIM) & Q(seen_at__lt=now - CLAIM_LASTS)).update(**mine):
        return True
    try:
        with transaction.atomic():
            Heartbeat.objects.create(name=CLAIM, **mine)
    except IntegrityError:
        return False
    return True
