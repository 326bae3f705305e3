"""The dispatcher as a process: it sends, says that it lives, and leaves when told."""

import pytest
from django.core.mail import EmailMessage

from cms import health
from cms.models import Heartbeat
from nurture.mail import queue
from nurture.mail.models import Delivery

pytestmark = [pytest.mark.db, pytest.mark.slow]


def test_dispatcher_sends_without_a_worker_and_signs_off(installation):
    process = installation.spawn("run_dispatcher")
    installation.wait_until(lambda: Heartbeat.objects.filter(name__startswith="dispatcher@").exists(), 60)
    assert health.ask_processes().message == "Alive: 1 dispatcher."
    queue.enqueue_raw(EmailMessage("Hello", "You.", "a@lede.example", ["ada@northwind.example"]), occasion="tx:1")
    installation.wait_until(lambda: Delivery.objects.get().state == Delivery.State.SENT)
    process.terminate()
    assert process.wait(20) == 0
    assert Heartbeat.objects.count() == 0
