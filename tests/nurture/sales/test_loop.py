"""A rule with our condition and our action, from the reading to the mail in the queue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cms import agreements, clock
from cms.models import SignalAgreement
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


def unsigned(piece):
    """Drafted, live even, and signed by nobody: with the piece as its signal."""
    agreement = SignalAgreement(name="Costs", reason="They build a case.")
    agreement.save()
    agreement.assets.set([piece])
    return agreement, agreement.save_revision()


def test_agreement_triggers_only_while_it_is_signed_and_in_force(contact, piece, read, manager, later):
    """Draft, published without sales, signed, changed since, expired: only the signed version of today counts."""
    make_rule()
    agreement, revision = unsigned(piece)
    assert fire(read(contact, piece)) == []
    revision.publish()
    assert fire(read(contact, piece)) == []
    agreement.refresh_from_db()
    agreement.expires_on = timezone.localdate(clock.now()) + timedelta(days=1)
    signed = agreement.save_revision()
    signed.publish()
    agreements.sign(agreement, signed, manager)
    assert len(fire(read(contact, piece))) == 1
    agreement.refresh_from_db()
    agreement.reason = "Changed since it was signed."
    agreement.save_revision().publish()
    assert fire(read(contact, piece)) == []
    signed.publish()
    assert len(fire(read(contact, piece))) == 1
    later(days=2)
    assert fire(read(contact, piece)) == []


def test_withdrawn_agreement_triggers_nothing(contact, piece, read, sign, manager):
    make_rule()
    agreement = sign([piece])
    agreements.withdraw(agreement, manager, "Too many calls.")
    assert fire(read(contact, piece)) == []


def test_rule_says_itself_in_words(db):
    assert make_rule().sentence == (
        "When somebody reads a piece, and sales and marketing agreed that this piece is a signal: "
        "alert the salesperson who owns the account."
    )
