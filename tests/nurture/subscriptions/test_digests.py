"""The mails of subscriptions: what is in them, how often, to whom not any more; a worker that dies loses none."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse

from cms import clock
from nurture.contacts.models import Engagement, Exposure
from nurture.mail import queue, render
from nurture.mail.models import Delivery
from nurture.subscriptions import digests
from nurture.subscriptions.models import Subscription
from tests.nurture.subscriptions import mails
from tracking import consent, links, wordings
from tracking.models import Suppression

pytestmark = [pytest.mark.db, pytest.mark.django_db(databases="__all__")]
State = Subscription.State


def test_mail_brings_what_is_new_about_the_topics_once(subscribed, make_piece, topics, later):
    make_piece("Older", days_old=3, topics=topics[:1])
    mine = subscribed(topics=[topics[0].pk])
    later(days=6)
    assert digests.send_due() == 0
    for title, about in (("Fitting", topics[:1]), ("Also fitting", topics[:1]), ("Other topic", topics[1:])):
        make_piece(title, days_old=1, topics=about, summary="Two & two.")
    later(days=1, seconds=1)
    assert (digests.send_due(), digests.send_due()) == (1, 0)
    [delivery] = mails()
    assert (delivery.contact, delivery.lane) == (mine.contact, "marketing")
    sent = render.parts(delivery)
    assert sent.subject in ("Also fitting and 1 more", "Fitting and 1 more")
    for text in (sent.html, sent.text):
        assert "Fitting" in text
        assert "Older" not in text
        assert "Other topic" not in text
    assert "Two &amp; two." in sent.html
    assert reverse("subscription", args=[mine.key]) in sent.html
    assert "/t/u/" in sent.text
    assert re.search(r'<a href="[^"]+/t/c/[^"]+" style="display:none" aria-hidden="true" tabindex="-1"></a>', sent.html)
    assert "mail_opened" not in sent.html
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in render.mail(delivery)
    assert set(Exposure.objects.values_list("asset__title", flat=True)) == {"Fitting", "Also fitting"}
    later(days=7)
    assert (digests.send_due(), len(mails())) == (1, 1)  # nothing new: nothing is sent


def test_link_that_only_robots_see_tells_them_apart(subscribed, make_piece, later):
    subscribed()
    make_piece("New", days_old=0)
    later(days=8)
    digests.send_due()
    [delivery] = mails()
    trap = re.search(r'/t/c/(\S+)" style="display:none"', render.parts(delivery).html)[1]
    said = links.read(trap)
    assert (said["r"], said["n"], said["h"]) == (delivery.ref.hex, 1, 1)


def test_opening_is_asked_for_only_of_who_agreed(subscribed, make_piece, later):
    mine = subscribed()
    consent.answer(mine.contact.subject, wordings.OPEN_TRACKING, True, source="form", wording="w", proof={})
    make_piece("New", days_old=0)
    later(days=8)
    digests.send_due()
    assert "k=mail_opened" in render.parts(mails()[0]).html


def test_piece_behind_its_link_is_read_by_them(subscribed, make_piece, later):
    mine = subscribed()
    later(days=6)
    piece = make_piece("New", days_old=0)
    later(days=1, seconds=1)
    digests.send_due()
    [delivery] = mails()
    token = re.search(r"/t/c/(\S+)", render.parts(delivery).text)[1]
    said = links.read(token)
    assert (said["d"], said["r"]) == (queue.page_url(piece), delivery.ref.hex)
    assert mine.contact == delivery.contact


def test_what_was_read_is_not_sent_and_the_next_is_looked_at_again(subscribed, make_piece, later):
    mine = subscribed()
    later(days=6)
    piece = make_piece("Read", days_old=0)
    Engagement.objects.create(
        contact=mine.contact, event_uuid=UUID(int=1), kind="page_viewed", asset=piece, human=True,
        occurred_at=clock.now(), properties={}, topics=[],
    )  # fmt: skip
    later(days=2)
    assert (digests.send_due(), mails()) == (1, [])
    mine.refresh_from_db()
    assert mine.due_at > clock.now() + timedelta(days=6)


def test_turn_that_is_killed_sends_all_and_none_twice(subscribed, make_piece, later, monkeypatch):
    for n in range(3):
        subscribed(email=f"n{n}@example.com", REMOTE_ADDR=f"198.51.{n}.1")
    make_piece("New", days_old=0)
    later(days=8)
    compose, made = digests.compose, []

    def dies(*args):
        made.append(1)
        if len(made) == 2:
            raise KeyboardInterrupt
        return compose(*args)

    monkeypatch.setattr(digests, "compose", dies)
    with pytest.raises(KeyboardInterrupt):
        digests.send_due()
    assert len(mails()) == 1
    digests.send_due()
    assert sorted(delivery.address for delivery in mails()) == [f"n{n}@example.com" for n in range(3)]


def test_unsubscribing_ends_it_and_a_new_yes_lifts_that(subscribed, make_piece, later):
    mine = subscribed()
    hmac = consent.address_hmac("ines@example.com")
    consent.suppress(hmac, consent.Reason.UNSUBSCRIBED, source="one_click", subject=mine.contact.subject)
    make_piece("New", days_old=0)
    later(days=8)
    digests.send_due()
    mine.refresh_from_db()
    assert (mine.state, mails()) == (State.ENDED, [])
    again = subscribed()
    assert Suppression.objects.count() == 0
    make_piece("Newer", days_old=0)
    later(days=8)
    digests.send_due()
    assert [delivery.state for delivery in mails()] == [Delivery.State.PENDING]
    assert again.contact == mine.contact


def test_turn_takes_as_many_queries_a_subscription_however_many_pieces(
    subscribed, make_piece, later, django_assert_num_queries
):  # fmt: skip
    subscribed()
    queue.page_url(make_piece("Warm", days_old=9))  # Wagtail caches where the site begins
    for count in (1, 3):
        for n in range(count):
            make_piece(f"Piece {count} {n}", days_old=0)
        later(days=8)
        with django_assert_num_queries(18):
            digests.send_due()
