"""Every fate of a mail, with a real mail server: no loss, no twin, and what nobody can know is shown."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import transaction

from cms import clock
from nurture.mail import dispatch, queue, render
from nurture.mail.models import Delivery, DeliveryAttempt, Lane
from tests.nurture.mail import sink as sinks
from tracking import consent, spool

pytestmark = pytest.mark.db

State = Delivery.State


def state(delivery):
    delivery.refresh_from_db()
    return delivery.state


def phases(delivery):
    return list(delivery.tries.order_by("pk").values_list("phase", flat=True))


def raw(lane, occasion="alert:1:1", address="x@y.example"):
    return queue.enqueue_raw(EmailMessage("Subject", "Body", None, [address]), lane, occasion)[0]


def test_due_mail_is_sent_once_whatever_is_repeated(delivery, sink):
    assert dispatch.run_batch() == 1
    assert dispatch.run_batch() == 0
    assert state(delivery) == State.SENT
    assert delivery.sent_at is not None
    assert delivery.data_started
    assert delivery.rfc_message_id == render.message_id(delivery)
    assert [(t.phase, t.code, t.fence) for t in delivery.tries.all()] == [("done", 250, 1)]
    assert sink.recipients == ["Ada@Northwind.example"]
    assert render.message_id(delivery).encode() in sink.accepted[0]


def test_one_connection_carries_a_batch_urgent_mail_first(delivery, sink):
    raw(Lane.ALERT, "alert:1:1", "alert@y.example")
    raw(Lane.TRANSACTIONAL, "tx:1", "tx@y.example")
    dispatch.run_batch()
    assert sink.recipients == ["tx@y.example", "alert@y.example", "Ada@Northwind.example"]
    assert sink.connections == 1


def test_mail_for_later_waits(contact, template, sink, at):
    delivery = queue.enqueue(contact, template, occasion="rule:1", not_before=clock.now() + timedelta(hours=1))
    assert dispatch.run_batch() == 0
    at(hours=1)
    assert dispatch.run_batch() == 1
    assert state(delivery) == State.SENT


def test_suppressed_before_the_claim_is_not_sent(delivery, sink):
    consent.suppress(delivery.address_hmac, "unsubscribed", source="test")
    assert dispatch.run_batch() == 0
    assert state(delivery) == State.SUPPRESSED
    assert sink.connections == 0


def test_who_unsubscribed_under_another_address_is_not_sent_what_was_queued(delivery, contact, sink):
    consent.suppress("0" * 64, "unsubscribed", source="test", subject=contact.subject)
    dispatch.run_batch()
    assert state(delivery) == State.SUPPRESSED
    assert sink.connections == 0


def test_suppressed_ones_do_not_hide_what_is_behind_them(contact, template, sink):
    first = queue.enqueue(contact, template, occasion="rule:1", lane=Lane.TRANSACTIONAL)
    second = raw(Lane.ALERT)
    consent.suppress(first.address_hmac, "complaint", source="test")
    assert dispatch.run_batch(1) == 1
    assert (state(first), state(second)) == (State.SUPPRESSED, State.SENT)


def test_suppressed_after_the_claim_is_not_sent(delivery, sink):
    claimed = dispatch.claim(1)
    consent.suppress(delivery.address_hmac, "unsubscribed", source="test")
    transport = dispatch.connect()
    assert dispatch.send(claimed[0], transport)
    transport.close()
    assert state(delivery) == State.SUPPRESSED
    assert sink.accepted == []


def test_no_marketing_while_an_unsubscribe_waits_in_the_spool(delivery, sink, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    claimed = dispatch.claim(1)
    spool.keep_suppression("another address", None, {})
    transport = dispatch.connect()
    dispatch.send(claimed[0], transport)
    transport.close()
    assert (state(delivery), delivery.attempts) == (State.PENDING, 0)
    Delivery.objects.update(not_before=clock.now())
    alert = raw(Lane.ALERT)
    assert dispatch.run_batch() == 1
    assert (state(alert), state(delivery)) == (State.SENT, State.PENDING)
    spool.replay()
    assert dispatch.run_batch() == 1
    assert state(delivery) == State.SENT


def test_refused_for_good_is_failed_and_never_tried_again(delivery, sink, at):
    sink.at_data.append("550 5.1.1 no such person")
    dispatch.run_batch()
    at(days=1)
    assert dispatch.run_batch() == 0
    assert state(delivery) == State.FAILED
    assert (delivery.last_code, delivery.last_error) == (550, "550 5.1.1 no such person")
    assert not delivery.data_started
    assert phases(delivery) == ["refused"]


def test_refused_recipient_does_not_stop_the_next_mail(delivery, sink):
    other = raw(Lane.TRANSACTIONAL, "tx:1")
    sink.at_rcpt.append("550 no")
    dispatch.run_batch()
    assert (state(other), state(delivery)) == (State.FAILED, State.SENT)
    assert sink.connections == 1


def test_put_off_waits_longer_each_time_and_ends_after_72_hours(delivery, sink, at):
    waits = []
    for _ in range(7):
        sink.at_rcpt.append("451 later")
        dispatch.run_batch()
        assert state(delivery) == State.PENDING
        waits.append((delivery.not_before - clock.now()).total_seconds() / 60)
        at(minutes=300)
    assert waits[:4] == [1, 5, 15, 60]
    assert all(192 <= wait <= 288 for wait in waits[4:])
    at(hours=72)
    sink.at_rcpt.append("451 later")
    dispatch.run_batch()
    assert state(delivery) == State.FAILED
    assert delivery.last_error == "Tried for 72 hours: 451 later"
    assert phases(delivery) == ["refused"] * 8


def test_alert_put_off_is_tried_again_sooner(sink, at, db):
    alert = raw(Lane.ALERT)
    waits = []
    for _ in range(4):
        sink.at_rcpt.append("451 later")
        dispatch.run_batch()
        state(alert)
        waits.append(round((alert.not_before - clock.now()).total_seconds()))
        at(minutes=20)
    assert waits == [10, 60, 300, 900]


def test_server_away_keeps_everything_and_asks_once(delivery, sink, at):
    other = raw(Lane.TRANSACTIONAL, "tx:1")
    sink.stop()
    dispatch.run_batch()
    assert (state(other), state(delivery)) == (State.PENDING, State.PENDING)
    assert (other.attempts, delivery.attempts) == (1, 0)  # the second was given back, not tried
    assert phases(other) == ["connected"]
    sink.start()
    at(minutes=1)
    dispatch.run_batch()
    assert (state(other), state(delivery)) == (State.SENT, State.SENT)


@pytest.mark.parametrize("order", [sinks.CUT_AFTER, sinks.CUT_BEFORE, sinks.STALL])
def test_marketing_cut_after_data_is_unknown_and_not_sent_again(delivery, sink, settings, at, order):
    settings.MAIL_TRANSPORT = settings.MAIL_TRANSPORT.replace("timeout=2", "timeout=0.3")
    sink.at_data.append(order)
    dispatch.run_batch()
    at(days=1)
    assert dispatch.run_batch() == 0
    assert state(delivery) == State.UNKNOWN
    assert delivery.data_started
    assert phases(delivery) == ["data_started"]
    assert len(sink.accepted) == (0 if order == sinks.CUT_BEFORE else 1)


def test_alert_cut_after_data_is_sent_again_as_the_same_message_at_most_twice(sink, at, db):
    alert = raw(Lane.ALERT)
    sink.at_data.extend([sinks.CUT_AFTER] * 5)
    for _ in range(5):
        dispatch.run_batch()
        at(hours=1)
    assert state(alert) == State.UNKNOWN
    assert len(sink.accepted) == 3
    ids = {line for mail in sink.accepted for line in mail.splitlines() if line.startswith(b"Message-ID")}
    assert ids == {f"Message-ID: {render.message_id(alert)}".encode()}


def test_alert_cut_once_arrives_the_second_time(sink, at, db):
    alert = raw(Lane.ALERT)
    sink.at_data.append(sinks.CUT_BEFORE)
    dispatch.run_batch()
    assert state(alert) == State.PENDING
    at(minutes=1)
    dispatch.run_batch()
    assert state(alert) == State.SENT
    assert phases(alert) == ["data_started", "done"]


def test_two_claimers_never_take_the_same_row(delivery, contact, template):
    queue.enqueue(contact, template, occasion="rule:2")
    first, second = dispatch.claim(1), dispatch.claim(5)
    assert len(first) == len(second) == 1
    assert first[0].pk != second[0].pk
    assert dispatch.claim(5) == []


def test_mail_that_cannot_be_made_is_given_up_and_others_go_on(delivery, sink):
    other = raw(Lane.TRANSACTIONAL, "tx:1")
    Delivery.objects.filter(pk=other.pk).update(address="nobody")
    dispatch.run_batch()
    assert (state(other), state(delivery)) == (State.DEAD, State.SENT)
    assert "RenderError" in other.last_error


def test_data_started_is_committed_before_the_message_is_handed_over(delivery, sink):
    seen = []
    claimed = dispatch.claim(1)[0]

    class Watching(type(dispatch.connect())):
        def data(self, message):
            seen.append(Delivery.objects.values_list("data_started", flat=True).get(pk=delivery.pk))
            return super().data(message)

    transport = Watching(dispatch.connect().parts)
    dispatch.send(claimed, transport)
    transport.close()
    assert seen == [True]


def test_nothing_is_sent_inside_a_transaction(delivery, sink, monkeypatch):
    depth = len(transaction.get_connection().savepoint_ids)
    seen = []
    original = render.mail

    def spy(given):
        seen.append(len(transaction.get_connection().savepoint_ids))
        return original(given)

    monkeypatch.setattr(render, "mail", spy)
    dispatch.run_batch()
    assert seen == [depth]


def test_maildir_keeps_the_mail(delivery, settings, tmp_path):
    settings.MAIL_TRANSPORT = f"maildir://{tmp_path / 'mail'}"
    dispatch.run_batch()
    assert state(delivery) == State.SENT
    (file,) = (tmp_path / "mail" / "new").iterdir()
    assert b"Delivered-To: Ada@Northwind.example\n" in file.read_bytes()


def test_maildir_that_cannot_be_written_keeps_the_mail_waiting(delivery, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.MAIL_TRANSPORT = f"maildir://{tmp_path / 'file' / 'mail'}"
    dispatch.run_batch()
    assert state(delivery) == State.PENDING
    assert "cannot be reached" in delivery.last_error


def test_attempts_are_append_only_history(delivery, sink, at):
    sink.at_rcpt.append("451 later")
    dispatch.run_batch()
    at(minutes=2)
    dispatch.run_batch()
    assert list(DeliveryAttempt.objects.order_by("pk").values_list("fence", "phase", "code")) == [
        (1, "refused", 451),
        (2, "done", 250),
    ]
