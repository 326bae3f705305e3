"""Engagements: a contact's side of an event, projected from the event, the identity edges and the robot verdict."""

from collections.abc import Iterable
from uuid import UUID

from cms.models import AssetPage, AssetTopic, Persona
from nurture.contacts import identities
from nurture.contacts.models import Engagement
from tracking import batches
from tracking.models import Event
from tracking.models.events import Verdict

TITLE_LENGTH = 255


def record(events: Iterable[Event], contacts_by_link: dict[UUID, int]) -> list[Engagement]:
    """Write what is new among `events` that belongs to a known contact; return exactly that, oldest first.

    `contacts_by_link` says whose personal link (a delivery's ref) each link_ref is. A browser tied to a contact
    decides before a link does: whoever was forwarded a mail reads as themselves. Constant number of queries.
    """
    events = list(events)
    owners = identities.owners({event.visitor_id for event in events if event.visitor_id})
    known = batches.existing(Engagement, "event_uuid", [event.uuid for event in events])
    tags = asset_tags({event.asset_id for event in events if event.asset_id})
    new = []
    for event in sorted(events, key=lambda event: (event.occurred_at, event.uuid)):
        by_visitor = owners.get(event.visitor_id)
        contact_id = by_visitor or contacts_by_link.get(event.link_ref)
        if contact_id and event.uuid not in known:
            new.append(_project(event, contact_id, tags.get(event.asset_id), by_link=by_visitor is None))
    batches.insert(Engagement, new, ignore_conflicts=True)
    return new


def asset_tags(asset_ids: Iterable[int]) -> dict[int, dict]:
    """{asset id: title, stage_id, personas, topics, format} as they are now. Four queries."""
    asset_ids = list(asset_ids)
    rows = AssetPage.objects.filter(pk__in=asset_ids).values(
        "pk", "title", "primary_stage_id", "for_all_personas", "format"
    )
    everybody = sorted(Persona.objects.values_list("pk", flat=True))
    personas = _grouped(AssetPage.personas.through.objects.filter(assetpage_id__in=asset_ids), "assetpage", "persona")
    topics = _grouped(AssetTopic.objects.filter(content_object_id__in=asset_ids), "content_object", "tag")
    return {
        row["pk"]: {
            "title": row["title"][:TITLE_LENGTH],
            "stage_id": row["primary_stage_id"],
            "personas": everybody if row["for_all_personas"] else personas.get(row["pk"], []),
            "topics": topics.get(row["pk"], []),
            "format": row["format"],
        }
        for row in rows
    }


def _grouped(rows, owner: str, value: str) -> dict[int, list[int]]:
    grouped: dict[int, list[int]] = {}
    for owner_id, value_id in rows.order_by(f"{value}_id").values_list(f"{owner}_id", f"{value}_id"):
        grouped.setdefault(owner_id, []).append(value_id)
    return grouped


def _project(event: Event, contact_id: int, tags: dict | None, by_link: bool) -> Engagement:
    """What the piece is tagged with is copied: retagging it later changes the future, not this."""
    tags = tags or {}
    return Engagement(
        event_uuid=event.uuid,
        contact_id=contact_id,
        kind=event.kind,
        occurred_at=event.occurred_at,
        asset_id=event.asset_id,
        asset_title=tags.get("title", ""),
        stage_id=tags.get("stage_id"),
        personas=tags.get("personas", []),
        topics=tags.get("topics", []),
        format=tags.get("format", ""),
        by_mail_link=by_link,
        human=event.verdict == Verdict.HUMAN,
        properties=event.properties,
    )
