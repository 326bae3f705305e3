"""Fixtures of nurture's tests: stages, an account with its owner, a contact, a piece, something read."""

import uuid
from datetime import timedelta

import pytest
from wagtail.models import Page

from cms import clock
from cms.models import AssetPage, BuyingStage, HomePage
from nurture.contacts.models import Account, Contact, Engagement


@pytest.fixture
def stages(db):
    """Three stages of a cycle of our own, first to last, after whatever an installation begins with."""
    names = ("Looking", "Comparing", "Choosing")
    return [
        BuyingStage.objects.create(slug=f"test-{name.lower()}", name=name, definition=name, sort_order=100 + order)
        for order, name in enumerate(names)
    ]


@pytest.fixture
def account(owner):
    return Account.objects.create(name="Example Co", domain="example.com", owner=owner)


@pytest.fixture
def make_contact(account, stages):
    """make_contact("ines") -> Ines, of the account, at the first stage."""

    def make(name, **fields):
        values = {"first_name": name.title(), "last_name": "Ferro", "account": account, "stage": stages[0]}
        return Contact.objects.create(email=f"{name}@example.com", **(values | fields))

    return make


@pytest.fixture
def contact(make_contact):
    return make_contact("ines", job_title="Head of logistics", phone="+351 1234")


@pytest.fixture
def make_asset(stages):
    """make_asset("How cold is cold") -> a published piece of the second stage."""

    def make(title, **fields):
        home = HomePage.objects.first() or Page.objects.get(depth=1).add_child(instance=HomePage(title="Home"))
        return home.add_child(instance=AssetPage(title=title, primary_stage=stages[1], **fields))

    return make


@pytest.fixture
def read(make_asset):
    """read(contact, asset, hours=2) -> the engagement: they read it to the end, so many hours ago."""

    def make(contact, asset, hours=2, **fields):
        values = {
            "event_uuid": uuid.uuid4(),
            "kind": "asset_read",
            "occurred_at": clock.now() - timedelta(hours=hours),
            "asset": asset,
            "asset_title": asset.title,
            "stage": asset.primary_stage,
            "properties": {"seconds": 180, "depth": 100},
        }
        return Engagement.objects.create(contact=contact, **(values | fields))

    return make
