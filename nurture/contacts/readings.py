"""Readings that went on: the engagement takes the largest time and depth that was told, in whatever order it came."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from nurture.contacts.models import Engagement
from tracking import batches, queries, readings
from tracking.models import Event
from tracking.models.events import Verdict


def lengthen(events: Iterable[Event], new: Sequence[Engagement]) -> list[Engagement]:
    """Those stored before that `events` make longer, rewritten; `new` ones, not stored yet, are changed as they are.

    Four queries at most, none where nothing was read. Rules look at a longer one again under the same cause, so none
    acts twice.
    """
    told: dict[UUID, list[Event]] = defaultdict(list)
    fresh = {one.event_uuid: one for one in new if one.kind == readings.READ}
    early = queries.events(part for uuid in fresh for part in readings.parts(uuid)) if fresh else []
    for event in {event.uuid: event for event in (*events, *early)}.values():
        if event.verdict == Verdict.HUMAN and (uuid := readings.whole(event)):
            told[uuid].append(event)
    stored = Engagement.objects.filter(event_uuid__in=told.keys() - fresh.keys(), kind=readings.READ) if told else ()
    changed = [one for one in (*fresh.values(), *stored) if _is_longer(one, told[one.event_uuid])]
    rewritten = [one for one in changed if one.pk]
    batches.update(
        Engagement, [{"id": one.pk, "properties": one.properties} for one in rewritten], fields=["properties"]
    )
    return rewritten


def _is_longer(engagement: Engagement, told: list[Event]) -> bool:
    same = [event for event in told if event.asset_id == engagement.asset_id]
    before, engagement.properties = engagement.properties, readings.longest(engagement.properties, same)
    return engagement.properties != before
