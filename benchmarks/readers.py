"""Who reads in `make bench-loop`: 1,000 known readers, ten pieces, 200 live rules of which few fire."""

import json
import sys
from uuid import uuid4

import django

django.setup()

from cms import clock
from cms.models import AssetPage, BuyingStage, HomePage
from nurture.contacts import identities
from nurture.contacts.models import Contact, Identity
from nurture.rules.models import Rule
from tracking import tokens
from tracking.models import Visitor

READERS, RULES = 1_000, 200


def fill() -> dict:
    """{"visitors": keys, half of them known, "key": a write key that may name times}."""
    home, stages = HomePage.objects.get(), list(BuyingStage.objects.order_by("sort_order"))
    for number in range(10):
        stage = stages[number % len(stages)]
        home.add_child(instance=AssetPage(title=f"Piece {number}", slug=f"piece-{number}", primary_stage=stage))
    for number in range(RULES):
        _rule(number, stages[number % len(stages)].slug)
    known = [_reader(number) for number in range(READERS)]
    return {"visitors": known + [str(uuid4()) for _ in known], "key": tokens.sign("write", {"scope": "history"})}


def _rule(number: int, stage: str) -> None:
    """Every rule is about one stage and asks for a reading time; few readings are as long as most of them want."""
    reading = {
        "kinds": ["asset_read"], "pieces": [], "stages": [stage], "personas": [], "topics": [], "formats": [],
        "min_seconds": 30 + number * 10,
    }  # fmt: skip
    rule = Rule(name=f"Rule {number}", why="Measured.", trigger=[("asset_engaged", reading)], live=False)
    rule.actions, rule.again_after_days = [("move_stage", {"stage": stage, "forward_only": True})], 1
    rule.save()
    rule.save_revision().publish()


def _reader(number: int) -> str:
    now = clock.now()
    contact = Contact.objects.create(email=f"reader-{number}@reader.example")
    visitor = Visitor.objects.create(key=uuid4(), first_seen_at=now, last_seen_at=now)
    identities.tie(contact, visitor, Identity.Kind.IMPORT, "bench")
    return str(visitor.key)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(fill()))
