"""A yes taken back works backwards: what a browser did stays as counts, and is nobody's any more."""

from django.conf import settings
from django.db import transaction

from tracking import batches, consent, queries, rollups, wordings
from tracking.models import Event, Pending, Visitor

CONSUMER = "tracking.consent"
BATCH = 20


def forget_browsers(limit: int = BATCH) -> int:
    """Carry out the answers that wait: a browser whose yes was taken back is taken off its events and deleted.

    With it go its visits and the edges that said whose it was. Consumers hear of the events. How many answers.
    """
    pendings = queries.claim(CONSUMER, limit)
    if not pendings:
        return 0
    said = consent.answers(consent.subjects_of(pendings), wordings.SITE_PROFILE)
    refused = [key for key, yes in said.items() if not yes]
    with transaction.atomic():
        for visitor in Visitor.objects.filter(key__in=refused):
            _forget(visitor)
        queries.finish(pendings)
    return len(pendings)


def _forget(visitor: Visitor) -> None:
    events = list(queries.history([visitor.pk]))
    uuids = [event.uuid for event in events]
    rows = [{"uuid": uuid, "visitor_id": None, "session_id": None} for uuid in uuids]
    batches.update(Event, rows, key="uuid", fields=["visitor_id", "session_id"])
    pending = [Pending(consumer=name, event_uuid=uuid) for name in settings.VERDICT_CONSUMERS for uuid in uuids]
    batches.insert(Pending, pending, ignore_conflicts=True)
    visitor.delete()
    rollups.mark_stale(rollups.days_of(events))
