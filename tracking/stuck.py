"""Events that somebody could not react to."""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import claims
from cms.stuck import Kind, Line
from tracking import queries
from tracking.models import Event, Pending


def _tell(rows: Sequence[Pending]) -> list[Line]:
    events = {event.uuid: event for event in queries.events(row.event_uuid for row in rows)}
    return [Line(_name(events.get(row.event_uuid), row), row.error, row.dead_at) for row in rows]


def _name(event: Event | None, row: Pending) -> str:
    if event is None:
        return _("An event that is not in the ledger: %s") % row.event_uuid
    at = date_format(event.occurred_at, "SHORT_DATETIME_FORMAT")
    return _("%(kind)s, %(at)s UTC, %(url)s") % {"kind": event.kind, "at": at, "url": event.url or event.uuid}


def _drop(row: Pending, reason: str) -> bool:
    """The event stays in the ledger; why nobody reacts to it is in the audit log."""
    return bool(Pending.objects.filter(pk=row.pk, dead_at__isnull=False).delete()[0])


KINDS = [
    Kind(
        "events",
        gettext_lazy("Events nobody reacted to"),
        gettext_lazy("The event stays in the ledger. No rule will ever see it, and it is on no contact's timeline."),
        lambda: Pending.objects.filter(dead_at__isnull=False),
        _tell,
        lambda row: bool(claims.revive(Pending.objects.filter(pk=row.pk))),
        _drop,
    )
]
