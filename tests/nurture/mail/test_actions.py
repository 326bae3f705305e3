"""The action send_mail: which piece, once a run, and the outcome in words."""

import uuid

import pytest
from django.core.exceptions import ValidationError

from cms import clock
from nurture import registry
from nurture.contacts.models import Engagement, Exposure
from nurture.mail.models import Delivery
from nurture.registry import ActionError
from nurture.rules.models import ActionRun
from tracking import consent

ACTION = registry.get("action", "send_mail")


@pytest.fixture
def make_run(contact, template):
    def make(**params):
        now = clock.now()
        return ActionRun.objects.create(
            key=str(uuid.uuid4()),
            contact=contact,
            cause_uuid=uuid.uuid4(),
            caused_at=now,
            cause={},
            action="send_mail",
            params={"template": template.pk, "piece": "next", "page": None, **params},
            due_at=now,
            created_at=now,
        )

    return make


def read(contact, asset, **fields):
    return Engagement.objects.create(
        event_uuid=uuid.uuid4(), contact=contact, kind="page_viewed", occurred_at=clock.now(), asset=asset, **fields
    )


def test_next_unread_piece_is_queued_once_a_run(make_run, contact, make_asset):
    seen, sent, fresh = (make_asset(title, slug=title) for title in ("seen", "sent", "fresh"))
    read(contact, seen)
    Exposure.objects.create(contact=contact, asset=sent, sent_at=clock.now(), by="rule:0")
    run = make_run()
    assert ACTION.perform(run) == "Queued “Next piece” with “fresh”."
    delivery = Delivery.objects.get()
    assert (delivery.asset, delivery.contact, delivery.occasion) == (fresh, contact, f"rule:{run.pk}")
    assert delivery.lane == "marketing"
    assert ACTION.perform(run) == (
        "Nothing sent: there is no piece left that they have not read or been sent."  # the queued one is the last
    )
    assert Delivery.objects.count() == 1


def test_piece_that_set_it_off_is_not_sent_back(make_run, make_asset):
    asset = make_asset()
    run = make_run()
    run.cause = {"asset_id": asset.pk}
    assert ACTION.perform(run).startswith("Nothing sent")


def test_chosen_piece_is_queued_once_a_run(make_run, asset):
    run = make_run(piece="page", page=asset.pk)
    assert ACTION.perform(run) == "Queued “Next piece” with “What a ledger is for”."
    assert ACTION.perform(run) == "Already queued: “Next piece” with “What a ledger is for”."
    assert Delivery.objects.count() == 1


def test_suppressed_contact_is_named_as_such(make_run, contact, asset):
    consent.suppress(consent.address_hmac(contact.email), "unsubscribed", source="test")
    assert ACTION.perform(make_run()) == "Not sent: this address asked for no mail or cannot get any."
    assert Delivery.objects.get().state == "suppressed"


@pytest.mark.parametrize("gone", ["template", "page", "unpublished template", "unpublished page"])
def test_what_is_gone_ends_the_run_for_good(make_run, template, asset, gone):
    run = make_run(piece="page", page=asset.pk)
    if gone.endswith("template"):
        template.unpublish() if gone.startswith("un") else template.delete()
    else:
        asset.unpublish() if gone.startswith("un") else asset.delete()
    with pytest.raises(ActionError) as caught:
        ACTION.perform(run)
    assert caught.value.permanent


def test_sentence_from_stored_parameters_and_from_the_form(template, asset):
    stored = {"template": template.pk, "piece": "page", "page": asset.pk}
    shown = {"template": template, "piece": "page", "page": asset}
    assert ACTION.sentence(stored) == "send them the mail “Next piece” with “What a ledger is for”"
    assert ACTION.sentence(shown) == ACTION.sentence(stored)
    assert ACTION.sentence({"template": 0}) == (
        "send them the mail “a template that is gone” with the next piece for them"
    )


def test_form_asks_for_the_piece_that_was_promised(template):
    block = ACTION.block()
    with pytest.raises(ValidationError):
        block.clean(block.normalize({"template": template, "piece": "page", "page": None}))
