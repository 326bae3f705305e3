"""A reader who subscribes, and the topics that they may choose."""

import pytest
from django.urls import reverse

from cms.models import Topic
from nurture.subscriptions import asking
from nurture.subscriptions.models import Subscription
from tests.cms.conftest import make_piece  # noqa: F401 -- a fixture
from tests.nurture.subscriptions import address_in

FORM = reverse("subscribe")
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept-Language": "en-GB",
}


@pytest.fixture
def topics(db):
    return [Topic.objects.create(slug=name, name=name.title()) for name in ("cost", "audit")]


@pytest.fixture
def send(client, later):
    """send(email=…, topics=[…]) -> the answer to a form that was open for ten seconds."""

    def go(**fields):
        network = fields.pop("REMOTE_ADDR", "192.0.2.7")
        form = {"token": asking.sign(), "email": "ines@example.com", "cadence": "weekly"}
        later(seconds=fields.pop("wait", 10))
        return client.post(FORM, form | fields, REMOTE_ADDR=network)

    return go


@pytest.fixture
def subscribed(send, client, mailoutbox):
    """subscribed(**fields) -> the subscription, its button pressed."""

    def go(visitor="", **fields):
        send(visitor=visitor, **fields)
        client.post(address_in(mailoutbox[-1]), {"do": "confirm", "visitor": visitor}, headers=BROWSER)
        return Subscription.objects.latest("pk")

    return go
