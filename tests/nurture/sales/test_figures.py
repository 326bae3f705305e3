"""What came of an agreement, by what was said of each alert last."""

import pytest

from cms import ports
from nurture.sales import alerts

pytestmark = [pytest.mark.django_db, pytest.mark.db]


def test_alerts_are_counted_by_their_latest_outcome(
    sign, piece, make_alert, make_contact, make_asset, manager, django_assert_num_queries
):
    agreement, other = sign([piece]), sign([make_asset("Other")], name="Other")
    first, _second, third = make_alert(), make_alert(), make_alert(make_contact("bea"))
    alerts.decide(first, "accepted", user=manager, reason="", seen=None)
    said = alerts.decide(third, "accepted", user=manager, reason="", seen=None)
    alerts.decide(third, "rejected", user=manager, reason="Wrong person", seen=said.pk)
    with django_assert_num_queries(1):
        figures = ports.agreement_figures([agreement.pk, other.pk])
    assert figures[agreement.pk] == {"alerts": 3, "people": 2, "open": 1, "accepted": 1, "rejected": 1, "recycled": 0}
    assert figures[other.pk] == {"alerts": 0, "people": 0, "open": 0, "accepted": 0, "rejected": 0, "recycled": 0}
