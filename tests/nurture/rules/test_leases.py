"""Workers that end while they hold actions: the lease brings them back, the one that ends its process is given up."""

from uuid import UUID, uuid4

import pytest

from cms import clock
from nurture.rules import runs
from nurture.rules.models import ActionRun

pytestmark = [pytest.mark.db, pytest.mark.django_db]


@pytest.fixture
def due(make_contact):
    """due(3) -> so many runs that are due, oldest first."""
    contact = make_contact()

    def make(number):
        at = clock.now()
        return [
            ActionRun.objects.create(
                key=uuid4().hex, contact=contact, cause_uuid=UUID(int=1), caused_at=at, due_at=at, created_at=at,
                action="x",
            )
            for _ in range(number)
        ]  # fmt: skip

    return make


def test_an_action_that_ends_its_process_takes_no_others_with_it(due, later):
    ends, *others = due(3)
    for _ in range(3):
        while claimed := runs.claim_due(9):
            if ends in claimed:
                break  # its process ends here
            runs._finish(claimed[0], ActionRun.State.DONE, "Done.")
        later(minutes=3)
        runs.reap()
    while claimed := runs.claim_due(9):
        runs._finish(claimed[0], ActionRun.State.DONE, "Done.")
    states = dict(ActionRun.objects.values_list("pk", "state"))
    assert [states[run.pk] for run in (ends, *others)] == ["dead", "done", "done"]
    assert "process that worked on it ended" in ActionRun.objects.get(pk=ends.pk).outcome


def test_who_was_thought_dead_cannot_finish_what_another_took_over(due, later):
    due(1)
    late = runs.claim_due(1)[0]
    later(minutes=3)
    runs.reap()
    again = runs.claim_due(1)[0]
    with pytest.raises(runs.ActionError, match="took this run over"):
        runs._finish(late, ActionRun.State.DONE, "Done.")
    runs._fail(late, "too late", permanent=True)
    assert ActionRun.objects.get(pk=again.pk).state == ActionRun.State.CLAIMED
