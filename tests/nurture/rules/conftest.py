"""A piece, a contact, and rules with which to decide about them."""

from datetime import timedelta
from uuid import uuid4

import pytest

from cms import clock
from cms.models import AssetPage, BuyingStage, HomePage, Persona
from nurture.contacts.engagements import asset_tags
from nurture.contacts.models import Account, Contact, Engagement
from nurture.rules import causes
from nurture.rules.models import Rule

READING = {
    "kinds": ["asset_read"], "pieces": [], "stages": [], "personas": [], "topics": [], "formats": [],
    "min_seconds": None,
}  # fmt: skip


@pytest.fixture
def stage(db):
    """stage("decision") -> the BuyingStage."""
    return lambda slug: BuyingStage.objects.get(slug=slug)


@pytest.fixture
def make_asset(stage):
    """make_asset("title", "interest") -> a published piece of that stage."""

    def make(title, stage_slug="interest", **fields):
        slug = fields.pop("slug", title.lower().replace(" ", "-"))
        page = AssetPage(title=title, slug=slug, primary_stage=stage(stage_slug), **fields)
        return HomePage.objects.get().add_child(instance=page)

    return make


@pytest.fixture
def make_contact(stage):
    """make_contact("ines", "awareness") -> a contact at that stage, at an account of their own."""

    def make(name="ines", stage_slug="awareness", **fields):
        account = fields.pop("account", None) or Account.objects.create(name=f"{name} co")
        return Contact.objects.create(
            email=f"{name}@reader.example", first_name=name.title(), account=account, stage=stage(stage_slug), **fields
        )

    return make


@pytest.fixture
def persona(db):
    return Persona.objects.create(slug="quality", name="Quality manager")


@pytest.fixture
def publish_rule(db):
    """publish_rule(trigger params, actions, conditions=…) -> a live rule on reading."""

    def publish(actions, trigger=None, conditions=(), again=0, name="Rule", kind="asset_engaged"):
        rule = Rule(name=name, why="Because.", again_after_days=again, live=False)
        rule.trigger = [(kind, trigger if trigger is not None else READING)]
        rule.conditions, rule.actions = list(conditions), list(actions)
        rule.save()
        rule.save_revision().publish()
        return rule

    return publish


@pytest.fixture
def move_to():
    """move_to("decision") -> the action that moves a contact there, forward only."""
    return lambda slug, forward_only=True: ("move_stage", {"stage": slug, "forward_only": forward_only})


@pytest.fixture
def make_cause(make_asset):
    """make_cause(contact, asset, minutes_ago=5, kind=…) -> a Cause as react() makes it."""

    def make(contact, asset, minutes_ago=5, kind="asset_read", seconds=60):
        tags = asset_tags([asset.pk])[asset.pk]
        return causes.from_engagement(
            Engagement.objects.create(
                event_uuid=uuid4(), contact=contact, kind=kind, asset=asset, asset_title=tags["title"],
                stage_id=tags["stage_id"], personas=tags["personas"], topics=tags["topics"], format=tags["format"],
                occurred_at=clock.now() - timedelta(minutes=minutes_ago), properties={"seconds": seconds},
            )
        )  # fmt: skip

    return make
