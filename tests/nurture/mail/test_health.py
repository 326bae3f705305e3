"""The health page's questions about mail, each answered both ways."""

from datetime import timedelta

import pytest

from cms import clock
from nurture.mail import health, queue
from nurture.mail.models import Delivery


def test_mail_server_that_answers(sink):
    assert health.ask_transport().ok


def test_mail_server_that_is_away_is_named_with_a_hint(sink):
    sink.stop()
    finding = health.ask_transport()
    sink.start()
    assert not finding.ok
    assert f"127.0.0.1:{sink.port}" in finding.message
    assert "EMAIL_URL" in finding.hint


def test_maildir_that_can_and_cannot_be_written(settings, tmp_path):
    settings.MAIL_TRANSPORT = f"maildir://{tmp_path / 'new' / 'mail'}"
    assert health.ask_transport().ok
    (tmp_path / "file").write_text("")
    settings.MAIL_TRANSPORT = f"maildir://{tmp_path / 'file' / 'mail'}"
    assert not health.ask_transport().ok


@pytest.mark.parametrize(("minutes", "ok"), [(9, True), (11, False)])
def test_overdue_mail_is_told(contact, template, minutes, ok):
    queue.enqueue(contact, template, occasion="rule:1")
    Delivery.objects.update(not_before=clock.now() - timedelta(minutes=minutes))
    assert health.ask_queue().ok == ok


@pytest.mark.parametrize(("state", "ok"), [("sent", True), ("failed", True), ("dead", False), ("unknown", False)])
def test_mail_that_needs_a_person_is_told(contact, template, state, ok):
    queue.enqueue(contact, template, occasion="rule:1")
    Delivery.objects.update(state=state)
    assert health.ask_troubles().ok == ok
