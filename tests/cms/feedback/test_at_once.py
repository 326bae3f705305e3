"""Forms that come at once: none slips past a limit between counting and storing."""

import threading
from uuid import uuid4

import pytest
from django.db import connections

from cms.feedback import comments, limits
from cms.gates import submissions
from cms.gates.offers import Offer
from cms.models import AssetPage, Comment, Gate, GateSubmission
from cms.models.pages import Audience
from nurture.subscriptions import asking
from nurture.subscriptions.models import Subscription
from tests.nurture.people import make_asset, stages

__all__ = ["make_asset", "stages"]
pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(databases="__all__", transaction=True, serialized_rollback=True),
]
SENT, ADDRESS = 12, "victim@reader.example"


def refused(send):
    """Send it SENT times at once, each with a connection of its own: how many were too many."""
    start, found = threading.Barrier(SENT), []

    def one(number):
        start.wait(20)
        try:
            send(number)
        except limits.TooManyError:
            found.append(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=[number], daemon=True) for number in range(SENT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return len(found)


def test_of_comments_at_once_no_more_are_taken_than_an_address_may_send(make_asset):
    piece, posting = make_asset("A piece"), comments.Posting(age=60)

    def send(number):
        comments.post(piece, name="N", email=ADDRESS, text=f"No. {number}", wants_answer=False, posting=posting)

    assert (refused(send), Comment.objects.count()) == (SENT - 3, 3)


def test_of_gate_forms_at_once_no_more_are_taken_than_an_address_may_send(make_asset, monkeypatch):
    monkeypatch.setattr(submissions, "AN_ADDRESS_A_DAY", 3)
    gate = Gate.objects.create(name="Papers")
    piece = make_asset("A paper")
    AssetPage.objects.filter(pk=piece.pk).update(audience=Audience.GATED, gate=gate)
    offer = Offer(piece, [], gate, is_locked=True)

    def send(_number):
        posting = submissions.Posting(key=uuid4(), age=60)
        submissions.take(offer, email=ADDRESS, answers=[], consents=[], posting=posting)

    assert (refused(send), GateSubmission.objects.count()) == (SENT - 3, 3)


def test_of_subscriptions_at_once_no_more_are_taken_than_an_address_may_ask_for():
    def send(_number):
        asking.ask(ADDRESS, asking.Cadence.WEEKLY, [], asking.Posting(age=60))

    assert (refused(send), Subscription.objects.count()) == (SENT - 3, 3)
