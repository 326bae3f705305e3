"""Several dispatchers at once, one of them killed: each mail leaves once, none is lost."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter

import pytest
from django.conf import settings as configured
from django.db import connections

from nurture.mail import queue
from nurture.mail.models import Delivery, Lane
from tests.nurture.mail import sink as sinks

pytestmark = pytest.mark.db

DISPATCH = """
import json, sys, django
django.setup()
from django.conf import settings
from nurture.mail import dispatch
for alias, name in json.loads(sys.argv[2]).items():
    settings.DATABASES[alias]["NAME"] = name
settings.MAIL_TRANSPORT = sys.argv[1]
while dispatch.run_batch(5):
    pass
"""


@pytest.fixture
def dispatcher(settings, sink):
    """dispatcher() -> a process that sends until nothing is due."""
    started = []
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "cms.settings.test",
        "LEDE_TEST_VAR": str(configured.VAR_DIR),
        "LOG_LEVEL": "ERROR",
    }

    def start():
        names = json.dumps({alias: str(connections[alias].settings_dict["NAME"]) for alias in connections})
        command = [sys.executable, "-c", DISPATCH, settings.MAIL_TRANSPORT, names]
        started.append(subprocess.Popen(command, env=environment, cwd=configured.BASE_DIR))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_dispatchers_and_a_kill_lose_nothing_and_double_nothing(dispatcher, sink, contact, template):
    wanted = {queue.enqueue(contact, template, occasion=f"rule:{n}").pk for n in range(40)}
    connections.close_all()
    sink.at_data.extend([sinks.ACCEPT] * 7 + [sinks.STALL])  # the eighth mail is handed over and never answered
    victim = dispatcher()
    assert sink.stalled.wait(60)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    others = [dispatcher(), dispatcher()]
    assert [process.wait(120) for process in others] == [0, 0]
    Delivery.objects.filter(state="claimed").update(lease_until="2000-01-01T00:00:00Z")
    assert dispatcher().wait(60) == 0
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert states == {"sent": 39, "unknown": 1}
    ids = Counter(line for mail in sink.accepted for line in mail.splitlines() if line.startswith(b"Message-ID"))
    assert len(ids) == 40
    assert set(ids.values()) == {1}
    assert set(Delivery.objects.values_list("pk", flat=True)) == wanted
    assert set(Delivery.objects.values_list("lane", flat=True)) == {Lane.MARKETING}
