"""A rule with our condition and our action, from the reading to the mail in the queue."""

import pytest

from nurture.mail.models import Delivery
from nurture.rules import causes, engine, runs
from nurture.rules.choices import Tags
from nurture.rules.models import Rule
from nurture.sales.models import Alert

pytestmark = pytest.mark.db


def fire(engagement):
    return engine.fire([causes.from_engagement(engagement)], engine.live_rules(), Tags.load())


def make_rule():
    when = {"kinds": ["asset_read"], "pieces": [], "stages": [], "personas": [], "topics": [], "formats": []}
    rule = Rule(
        name="Signal read",
        why="They read what we agreed on.",
        trigger=[("asset_engaged", when | {"min_seconds": None})],
        conditions=[("agreement_in_force", None)],
        actions=[("alert_owner", {"reason": ""})],
        again_after_days=0,
    )
    rule.save()
    rule.save_revision().publish()
    return rule


def test_agreed_piece_alerts_the_owner_and_another_does_not(contact, piece, make_asset, read, sign, owner, settings):
    settings.SETTLE_SECONDS = 0
    sign([piece])
    make_rule()
    assert fire(read(contact, make_asset("Other"))) == []
    assert len(fire(read(contact, piece))) == 1
    assert runs.perform_due() == 1

    alert = Alert.objects.get()
    assert (alert.owner, alert.asset, alert.reason) == (owner, piece, "They build a case.")
    assert Delivery.objects.get().occasion == f"alert:{alert.pk}:{owner.pk}"


def test_rule_says_itself_in_words(db):
    assert make_rule().sentence == (
        "When somebody reads a piece, and sales and marketing agreed that this piece is a signal: "
        "alert the salesperson who owns the account."
    )
