"""Events as the ledger keeps them, for tests that begin after the pipeline."""

from tracking import batches, months
from tracking.models import Event, EventKey, Visitor


def store(*events: Event) -> None:
    """Events with their keys, in their months, and the readers seen at their times."""
    months.make(event.occurred_at for event in events)
    batches.insert(EventKey, [EventKey(uuid=event.uuid, occurred_at=event.occurred_at) for event in events])
    batches.insert(Event, events)
    for event in events:
        reader = Visitor.objects.filter(pk=event.visitor_id)
        reader.filter(first_seen_at__gt=event.occurred_at).update(first_seen_at=event.occurred_at)
        reader.filter(last_seen_at__lt=event.occurred_at).update(last_seen_at=event.occurred_at)
