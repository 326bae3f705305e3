"""A draft that kills whoever takes it over: three times, then it waits for a person, and all others go on."""

import subprocess
import sys
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cms import policy
from cms.models import User
from tests.installation import ROOT
from tracking import accounts, inbox, rows, spool
from tracking.models import Draft, Event, HeldDraft

pytestmark = [pytest.mark.faults, pytest.mark.slow]
AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
GOOD = 40
WORK = """
import django, os, signal, sys
django.setup()
from tracking import pipeline, spool
record = pipeline.record
def deadly(drafts, taken):
    if any(draft.payload["url"] == "/poison/" for draft in drafts):
        os.kill(os.getpid(), signal.SIGKILL)
    return record(drafts, taken)
pipeline.record = deadly if sys.argv[1] == "deadly" else record
while spool.replay() + pipeline.run_batch():
    pass
"""


def draft(url):
    return Draft(
        uuid=uuid4(), kind="page_viewed", source="script", occurred_at=AT, received_at=AT, payload={"url": url}
    )


@pytest.mark.parametrize("way", ["inbox", "spool"])
def test_a_draft_that_kills_is_given_up_and_the_rest_goes_on(installation, way):
    poison = draft("/poison/")
    drafts = [*(draft("/") for _ in range(GOOD // 2)), poison, *(draft("/") for _ in range(GOOD // 2))]
    inbox.submit(drafts) if way == "inbox" else spool.keep(map(rows.of_draft, drafts))
    ends = [work(installation, "deadly") for _ in range(6)]
    assert ends.count(-9) == 3
    assert Event.objects.count() == GOOD
    dead = HeldDraft.objects.get()
    assert (dead.uuid, dead.attempts, dead.dead_at is None) == (poison.uuid, 4, False)
    client = admin()
    assert "page_viewed" in client.get(reverse("stuck"), headers={"host": "127.0.0.1"}).content.decode()
    client.post(reverse("stuck-retry", args=["drafts", dead.pk]), headers={"host": "127.0.0.1"})
    assert work(installation, "mended") == 0
    assert Event.objects.filter(uuid=poison.uuid).count() == 1
    assert not HeldDraft.objects.exists()


def work(installation, how):
    """A worker until nothing is due or it dies; its end. Afterwards leases of the dead have run out."""
    command = [sys.executable, "-c", WORK, how]
    ended = subprocess.run(command, cwd=ROOT, env=installation.env, stderr=subprocess.DEVNULL, check=False)
    balance = accounts.balance()
    assert (balance.total, balance.holds) == (GOOD + 1, True)
    HeldDraft.objects.filter(dead_at=None).update(lease_until=None)
    return ended.returncode


def admin():
    user = User.objects.create_user("ada", "ada@lede.example", "a long password")
    user.groups.add(user.groups.model.objects.get(name=policy.ADMIN))
    client = Client()
    client.force_login(user)
    return client
