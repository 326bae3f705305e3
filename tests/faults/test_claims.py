"""Four processes at 20,000 due rows of each kind: every row is claimed, none by two of them."""

import json
import subprocess
import sys
from collections import Counter
from uuid import uuid4

import pytest

from cms import clock
from nurture.contacts.models import Contact
from nurture.mail.models import Delivery, Lane
from nurture.rules.models import ActionRun
from tests.installation import ROOT
from tracking import batches

pytestmark = [pytest.mark.faults, pytest.mark.slow]
ROWS, CLAIMERS = 20_000, 4
CLAIM = """
import django, json, sys, time
django.setup()
from nurture.mail import dispatch
from nurture.rules import runs
claim, mine = {"runs": runs.claim_due, "deliveries": dispatch.claim}[sys.argv[1]], []
print("ready", flush=True)
sys.stdin.readline()
while rows := claim(200):
    mine += [(row.pk, row.fence, row.attempts) for row in rows]
    time.sleep(0.01)  # its work: SQLite gives the lock to whoever asks again at once, and starves those who wait for it
json.dump(mine, sys.stdout)
"""


def make_runs():
    now = clock.now()
    contact = Contact.objects.create(email="ines@reader.example")
    same = {
        "contact": contact,
        "cause_uuid": uuid4(),
        "caused_at": now,
        "action": "x",
        "due_at": now,
        "created_at": now,
    }
    batches.insert(ActionRun, [ActionRun(key=str(n), **same) for n in range(ROWS)])


def make_deliveries():
    now = clock.now()
    rows = [
        Delivery(
            occasion=f"test:{n}", lane=Lane.values[n % 3], address=f"a{n}@reader.example", address_hmac=str(n),
            not_before=now, created_at=now,
        )
        for n in range(ROWS)
    ]  # fmt: skip
    Delivery.objects.bulk_create(rows, batch_size=2_000)


@pytest.mark.parametrize(("kind", "make"), [("runs", make_runs), ("deliveries", make_deliveries)])
def test_no_row_is_claimed_twice(installation, kind, make):
    make()
    command, pipe = [sys.executable, "-c", CLAIM, kind], subprocess.PIPE
    claimers = [
        subprocess.Popen(command, cwd=ROOT, env=installation.env, stdin=pipe, stdout=pipe) for _ in range(CLAIMERS)
    ]
    # All have started before the first begins: on a busy machine it would be done before the last could.
    assert [claimer.stdout.readline() for claimer in claimers] == [b"ready\n"] * CLAIMERS
    for claimer in claimers:
        claimer.stdin.write(b"go\n")
        claimer.stdin.flush()
    shares = [json.loads(claimer.communicate(timeout=240)[0]) for claimer in claimers]
    assert [claimer.returncode for claimer in claimers] == [0] * CLAIMERS
    claimed = Counter(pk for share in shares for pk, _, _ in share)
    assert (len(claimed), set(claimed.values())) == (ROWS, {1})
    assert {(fence, attempts) for share in shares for _, fence, attempts in share} == {(1, 1)}
    assert sum(map(bool, shares)) > 1, "one process was faster than all others; the test showed nothing"
