"""A no about the links of one's mail, and a browser's yes taken back, on the side of contacts."""

from uuid import uuid4

import pytest

from cms import clock
from nurture import pipeline
from nurture.contacts import identities
from nurture.contacts.models import Engagement, Identity, StageChange
from nurture.mail import queue, render
from tests.nurture.mail.conftest import MJML
from tests.nurture.test_reconsidering import FOLLOWED, click, contact, make_rule
from tracking import batches, consent, forgetting, wordings
from tracking.models import Event, Pending, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.db]
__all__ = ["click", "contact"]


def say(subject, purpose, yes):
    consent.answer(subject, purpose, yes, source="preference_page", wording="", proof={})


def test_objection_to_links_takes_back_what_they_told_and_silences_later_ones(contact, click):
    make_rule(FOLLOWED, [("move_stage", {"stage": "interest", "forward_only": True}), ("alert_owner", {"reason": ""})])
    event = click()
    pipeline.react()
    assert (Engagement.objects.count(), StageChange.objects.count()) == (1, 1)
    say(contact.subject, wordings.CLICK_PROFILE, False)
    assert pipeline.respect() == 1
    assert Engagement.objects.count() == 0
    before = contact.stage
    contact.refresh_from_db()
    assert contact.stage == before
    event = Event.objects.get(uuid=event.uuid)
    assert (event.link_ref, event.kind) == (None, "link_followed")
    click(minutes_ago=1)
    pipeline.react()
    assert Engagement.objects.count() == 0
    say(contact.subject, wordings.CLICK_PROFILE, True)
    pipeline.respect()
    click(minutes_ago=1)
    pipeline.react()
    assert Engagement.objects.count() == 1


def test_browser_that_took_its_yes_back_is_nobodys(contact, click):
    event, now, key = click(), clock.now(), uuid4()
    visitor = Visitor.objects.create(key=key, first_seen_at=event.occurred_at, last_seen_at=now)
    Event.objects.update(visitor=visitor, link_ref=None)
    identities.tie(contact, visitor, Identity.Kind.FORM)
    pipeline.react()
    assert Engagement.objects.count() == 1
    say(key, wordings.SITE_PROFILE, True)
    say(key, wordings.SITE_PROFILE, False)
    forgetting.forget_browsers()
    pipeline.reconsider()
    pipeline.react()
    assert (Engagement.objects.count(), Identity.objects.count(), Event.objects.count()) == (0, 0, 1)


def test_mail_has_a_picture_that_tells_of_opening_only_with_a_yes(contact, settings):
    from nurture.mail.models import EmailTemplate  # noqa: PLC0415 -- a template of this test alone

    template = EmailTemplate(name="A", slug="a", subject="A", mjml=MJML)
    template.save()
    template.save_revision().publish()
    template.refresh_from_db()
    delivery = queue.enqueue(contact, template, occasion="rule:1")
    assert "/t/p.gif" not in render.parts(delivery).html
    say(contact.subject, wordings.OPEN_TRACKING, True)
    assert render.parts(delivery).html.count("/t/p.gif?k=mail_opened") == 1
    say(contact.subject, wordings.OPEN_TRACKING, False)
    assert "/t/p.gif" not in render.parts(delivery).html
    settings.TRACKING_CONSENT = {"*": "aggregate"}
    say(contact.subject, wordings.OPEN_TRACKING, True)
    assert "/t/p.gif" not in render.parts(delivery).html


def test_answer_is_carried_out_by_both_once(contact):
    say(contact.subject, wordings.CLICK_PROFILE, False)
    consumers = ["nurture.consent", "tracking.consent"]
    assert sorted(Pending.objects.values_list("consumer", flat=True)) == consumers
    assert (forgetting.forget_browsers(), pipeline.respect()) == (1, 1)
    assert Pending.objects.count() == 0
    assert batches.existing(Pending, "consumer", consumers) == set()
