"""What arrived and could not be taken over, and events that somebody could not react to."""

from collections.abc import Sequence

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import claims
from cms.stuck import Kind, Line
from tracking import pipeline, queries, stream
from tracking.models import Event, HeldDraft, Pending


def _tell_drafts(rows: Sequence[HeldDraft]) -> list[Line]:
    """Of an address only the path, as on the screen of events."""
    return [
        Line(_title(row.kind, row, stream.path(row.payload.get("url", ""))), row.error, row.dead_at) for row in rows
    ]


def _tell(rows: Sequence[Pending]) -> list[Line]:
    events = {event.uuid: event for event in queries.events(row.event_uuid for row in rows)}
    return [Line(_name(events.get(row.event_uuid), row), row.error, row.dead_at) for row in rows]


def _name(event: Event | None, row: Pending) -> str:
    if event is None:
        return _("An event that is not in the ledger: %s") % row.event_uuid
    return _title(event.kind, event, event.url)


def _title(kind: str, row: Event | HeldDraft, url: str) -> str:
    at = date_format(row.occurred_at, "SHORT_DATETIME_FORMAT")
    return _("%(kind)s, %(at)s UTC, %(url)s") % {"kind": kind, "at": at, "url": url or row.uuid}


def _drop(row: Pending, reason: str) -> bool:
    """The event stays in the ledger; why nobody reacts to it is in the audit log."""
    return bool(Pending.objects.filter(pk=row.pk, dead_at__isnull=False).delete()[0])


KINDS = [
    Kind(
        "drafts",
        gettext_lazy("Events that could not be taken over"),
        gettext_lazy("It is counted as broken, and is no event: it stands on no timeline and in no figure."),
        lambda: HeldDraft.objects.filter(dead_at__isnull=False),
        _tell_drafts,
        lambda row: bool(claims.revive(HeldDraft.objects.filter(pk=row.pk))),
        lambda row, reason: pipeline.drop(row),
    ),
    Kind(
        "events",
        gettext_lazy("Events nobody reacted to"),
        gettext_lazy("The event stays in the ledger. No rule will ever see it, and it is on no contact's timeline."),
        lambda: Pending.objects.filter(dead_at__isnull=False),
        _tell,
        lambda row: bool(claims.revive(Pending.objects.filter(pk=row.pk))),
        _drop,
    ),
]
