"""A company, a person, stages, a signed agreement and a run that alerts, for the tests of sales."""

import uuid
from datetime import timedelta

import pytest

from cms import agreements, clock, policy
from cms.models import SignalAgreement
from nurture.contacts.models import Engagement
from nurture.rules import causes
from nurture.rules.models import ActionRun
from nurture.sales import alerts
from tests.nurture.people import account, contact, make_asset, make_contact, read, stages

__all__ = ["account", "contact", "make_asset", "make_contact", "read", "stages"]


@pytest.fixture
def manager(make_user):
    return make_user("manager", policy.SALES_MANAGER)


@pytest.fixture
def piece(make_asset):
    return make_asset("How cold is cold")


@pytest.fixture
def sign(manager):
    """sign(reason="…", assets=[piece]) -> an agreement in force."""

    def make(assets=(), user=None, **fields):
        values = {"name": "Costs", "reason": "They build a case.", "opener": "What did the last one cost?"}
        agreement = SignalAgreement(**(values | fields))
        agreement.save()
        agreement.assets.set(assets)
        revision = agreement.save_revision()
        revision.publish()
        agreements.sign(agreement, revision, user or manager)
        agreement.refresh_from_db()
        return agreement

    return make


@pytest.fixture
def make_run():
    """make_run(engagement) -> a due run of `alert_owner`, as the engine writes it."""

    def make(engagement: Engagement, **fields):
        now = clock.now()
        cause = causes.from_engagement(engagement).as_json() | {"rule": "Costs", "why": "They compare costs."}
        values = {
            "key": uuid.uuid4().hex,
            "contact": engagement.contact,
            "cause_uuid": engagement.event_uuid,
            "caused_at": engagement.occurred_at,
            "cause": cause,
            "action": "alert_owner",
            "params": {"reason": ""},
            "due_at": now - timedelta(seconds=1),
            "created_at": now,
        }
        return ActionRun.objects.create(**(values | fields))

    return make


@pytest.fixture
def make_alert(contact, piece, read, make_run):
    """make_alert() -> an alert about Ines reading the piece; make_alert(somebody) about them."""

    def make(person=None):
        return alerts.raise_for(make_run(read(person or contact, piece)))

    return make
