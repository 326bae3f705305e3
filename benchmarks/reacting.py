"""How many events a second are decided on: by `react`, and by rules kept in memory with the ORM for each event.

Both get new events of the same readers, and do the same: an engagement each, the rules, a row for each rule that fires,
the stage. Says {"ours", "orm"} in events per second.
"""

import json
import sys
import time
from datetime import timedelta
from uuid import uuid4

import django

django.setup()

from django.db import transaction

from cms import clock
from cms.models import AssetPage, BuyingStage
from nurture import pipeline, registry
from nurture.contacts.models import Contact, Engagement, Identity, StageChange
from nurture.rules import causes, engine
from nurture.rules.choices import Tags
from nurture.rules.models import ActionRun
from tracking import inbox
from tracking import pipeline as ledger
from tracking.models import Draft, Event, Pending

OURS, ORM = 2_000, 300


def measure() -> dict[str, float]:
    """One round of both."""
    make(ORM)
    pending = list(Pending.objects.filter(consumer=pipeline.CONSUMER).values_list("event_uuid", flat=True))
    rules, tags = engine.live_rules(), Tags.load()
    begun = time.perf_counter()
    for uuid in pending:
        with transaction.atomic():
            by_the_orm(uuid, rules, tags)
    orm = len(pending) / (time.perf_counter() - begun)
    make(OURS)
    begun = time.perf_counter()
    while pipeline.react():
        pass
    return {"ours": OURS / (time.perf_counter() - begun), "orm": orm}


def make(number: int) -> None:
    """So many events in the ledger, with the work that they leave."""
    visitors = list(Identity.objects.values_list("visitor__key", flat=True))
    now = clock.now()
    inbox.submit(
        [
            Draft(
                uuid=uuid4(), kind="asset_read", source="server", occurred_at=now, received_at=now,
                payload={"url": f"/piece-{n % 10}/", "visitor": str(visitors[n % len(visitors)]),
                         "properties": {"seconds": 90}},
                facts={"ua": "", "method": "POST", "scope": "history"},
            )
            for n in range(number)
        ]
    )  # fmt: skip
    while ledger.run_batch():
        pass


def by_the_orm(uuid, rules, tags) -> None:
    """One event, as it is usually written: a query or a save for each thing, the rules read once."""
    event = Event.objects.get(uuid=uuid)
    contact = Contact.objects.select_related("stage").get(identities__visitor=event.visitor_id)
    piece = AssetPage.objects.select_related("primary_stage").get(pk=event.asset_id)
    engagement = Engagement.objects.create(
        event_uuid=event.uuid, contact=contact, kind=event.kind, occurred_at=event.occurred_at, asset=piece,
        asset_title=piece.title, stage=piece.primary_stage, personas=list(piece.personas.values_list("pk", flat=True)),
        topics=list(piece.topics.values_list("pk", flat=True)), format=piece.format, properties=event.properties,
    )  # fmt: skip
    cause = causes.from_engagement(engagement)
    for rule in rules:
        [(key, params)] = engine.parts(rule.trigger)
        if not registry.get("trigger", key).matches(cause, params, tags):
            continue
        pause = cause.at - timedelta(days=rule.again_after_days)
        if not ActionRun.objects.filter(rule=rule, contact=contact, caused_at__gt=pause).exists():
            fire(rule, cause, contact)
    Pending.objects.filter(event_uuid=uuid, consumer=pipeline.CONSUMER).delete()


def fire(rule, cause, contact) -> None:
    [(key, params)] = engine.parts(rule.actions)
    now = clock.now()
    ActionRun.objects.create(
        key=f"{rule.live_revision_id}:{contact.pk}:{cause.uuid.hex}:0", rule=rule, revision_id=rule.live_revision_id,
        contact=contact, cause_uuid=cause.uuid, caused_at=cause.at, cause=cause.as_json(), action=key, params=params,
        state=ActionRun.State.DONE, due_at=now, created_at=now, finished_at=now,
    )  # fmt: skip
    to = BuyingStage.objects.get(slug=params["stage"])
    if contact.stage is None or to.sort_order > contact.stage.sort_order:
        StageChange.objects.create(
            contact=contact, from_stage=contact.stage, to_stage=to, at=cause.at, recorded_at=now, reason=rule.why,
            cause_uuid=cause.uuid, uuid=uuid4(), reacted=True,
        )  # fmt: skip
        contact.stage = to
        contact.save(update_fields=["stage"])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure()))
