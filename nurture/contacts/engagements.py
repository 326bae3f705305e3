"""Engagements: a contact's side of an event, projected from the event, the identity edges and the robot verdict."""

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from cms.models import AssetPage, AssetTopic, Persona
from nurture.contacts import hearsay, identities, readings
from nurture.contacts.models import Contact, Engagement
from tracking import batches, consent, told, wordings
from tracking.models import Event, Pending
from tracking.models.events import Verdict
from tracking.readings import CONTINUED

CONSUMER = "nurture.verdicts"
TITLE_LENGTH = 255


def record(events: Iterable[Event], contacts_by_link: dict[UUID, int]) -> list[Engagement]:
    """Write what is new among `events` that belongs to a known contact; return that, oldest first, and after it the
    readings known before that turn out longer (nurture/contacts/readings.py).

    `contacts_by_link` says whose personal link (a delivery's ref) each link_ref is. A browser tied to a contact
    decides before a link does: whoever was forwarded a mail reads as themselves. What a page said of the visit
    (nurture/contacts/hearsay.py) comes last. Constant number of queries.
    """
    events = list(events)
    owners = identities.owners({event.visitor_id for event in events if event.visitor_id})
    by_subject = _told_of(events)
    claimed = hearsay.of_events(event for event in events if event.visitor_id not in owners)
    contacts_by_link, claimed = _unless_refused(contacts_by_link, claimed)
    if not (owners or by_subject or contacts_by_link or claimed):  # most of what is read is nobody's
        return readings.lengthen(events, [])
    known = batches.existing(Engagement, "event_uuid", [event.uuid for event in events])
    ours = internal({*owners.values(), *by_subject.values(), *contacts_by_link.values(), *claimed.values()})
    tags = asset_tags({event.asset_id for event in events if event.asset_id})
    new = []
    for event in sorted(events, key=lambda event: (event.occurred_at, event.uuid)):
        # Who says in a form who they are, in a browser that is another's, is not that other.
        certain = by_subject.get(event.uuid) or owners.get(event.visitor_id)
        linked = certain or contacts_by_link.get(event.link_ref)
        contact_id = linked or claimed.get(event.uuid)
        if contact_id and event.uuid not in known and event.kind != CONTINUED:
            by_mail = certain is None or (event.source == "site" and bool(event.properties.get("by_mail")))
            engagement = _project(event, contact_id, tags.get(event.asset_id), by_link=bool(linked) and by_mail)
            engagement.by_claim = not linked
            engagement.human = engagement.human and contact_id not in ours
            new.append(engagement)
    longer = readings.lengthen(events, new)
    batches.insert(Engagement, new, ignore_conflicts=True)
    return [*new, *longer]


def rejudge(events: Iterable[Event]) -> tuple[list[Engagement], list[Engagement]]:
    """Bring the projection in line with the verdicts: (engagements a person's now, those no longer).

    What was a contact's by a browser that is on the event no more, because its reader took the yes back, is deleted
    and counts among the latter; a mail's link may yet say whose it is, so react() looks at the event again.
    """
    events = {event.uuid: event for event in events}
    turned, lost = [], []
    found = Engagement.objects.filter(event_uuid__in=events).select_related("contact")
    for engagement in found.order_by("occurred_at", "event_uuid"):
        event = events[engagement.event_uuid]
        human = event.verdict == Verdict.HUMAN and not engagement.contact.internal
        if not engagement.by_mail_link and event.visitor_id is None and not told.subject(event):
            lost.append(engagement)
        elif engagement.human != human:
            engagement.human = human
            turned.append(engagement)
    batches.update(Engagement, [{"id": one.pk, "human": one.human} for one in turned], fields=["human"])
    drop(lost)
    again = [Pending(consumer="nurture", event_uuid=one.event_uuid) for one in lost if events[one.event_uuid].link_ref]
    batches.insert(Pending, again, ignore_conflicts=True)
    return [one for one in turned if one.human], [*(one for one in turned if not one.human), *lost]


def drop(engagements: Iterable[Engagement]) -> int:
    """They are nobody's any more. Rows deleted."""
    return batches.delete(Engagement, "id", [engagement.pk for engagement in engagements])


def by_links(subjects: Iterable[UUID]) -> list[Engagement]:
    """What these people did as far as a link mailed to them, or a page, alone says so."""
    weak = Q(by_mail_link=True) | Q(by_claim=True)
    return list(Engagement.objects.filter(weak, contact__subject__in=set(subjects)))


def _unless_refused(*weak: dict[UUID, int]) -> list[dict[UUID, int]]:
    """Without those who object to being recognised by less than they said themselves. Two queries at most."""
    ids = {contact for found in weak for contact in found.values()}
    subjects = dict(Contact.objects.filter(pk__in=ids).values_list("subject", "pk")) if ids else {}
    said = consent.answers(subjects, wordings.CLICK_PROFILE) if subjects else {}
    refused = {subjects[subject] for subject, yes in said.items() if not yes}
    return [{key: contact for key, contact in found.items() if contact not in refused} for found in weak]


def _told_of(events: Iterable[Event]) -> dict[UUID, int]:
    """{event uuid: contact id} of what staff, a file or another system told us about somebody. At most one query."""
    subjects = {event.uuid: subject for event in events if (subject := told.subject(event))}
    if not subjects:
        return {}
    people = dict(Contact.objects.filter(subject__in=set(subjects.values())).values_list("subject", "pk"))
    return {uuid: people[subject] for uuid, subject in subjects.items() if subject in people}


def internal(contact_ids: Iterable[int]) -> set[int]:
    """Those of these contacts who are ours: kept, never counted. One query."""
    return set(Contact.objects.filter(pk__in=set(contact_ids), internal=True).values_list("pk", flat=True))


def recount(contact: Contact) -> int:
    """Whether a contact is ours has changed: `pipeline.reconsider` judges anew all they did. How many events."""
    uuids = Engagement.objects.filter(contact=contact).values_list("event_uuid", flat=True)
    names = settings.VERDICT_CONSUMERS
    pending = [Pending(consumer=name, event_uuid=uuid) for uuid in uuids for name in names if name == CONSUMER]
    return batches.insert(Pending, pending, ignore_conflicts=True)


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
