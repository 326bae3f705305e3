"""Workers that die or hang while they hold a mail: the lease brings it back, the fence keeps the late one out."""

import pytest

from nurture.mail import dispatch, fate, queue
from nurture.mail.models import Delivery, Lane

pytestmark = pytest.mark.db

State = Delivery.State


def state(delivery):
    delivery.refresh_from_db()
    return delivery.state


def test_worker_that_dies_three_times_before_data_gives_the_mail_up(delivery, sink, at):
    for _ in range(3):
        assert state(delivery) == State.PENDING
        dispatch.claim(1)
        at(minutes=6)
        assert dispatch.reap() == 1
    assert state(delivery) == State.DEAD
    assert list(delivery.tries.values_list("phase", flat=True)) == ["lost"] * 3
    assert dispatch.run_batch() == 0


@pytest.mark.parametrize(("lane", "after"), [(Lane.MARKETING, State.UNKNOWN), (Lane.ALERT, State.PENDING)])
def test_worker_that_dies_after_data_leaves_what_cannot_be_known(delivery, at, lane, after):
    Delivery.objects.update(lane=lane)
    claimed = dispatch.claim(1)[0]
    assert dispatch._start_data(claimed)
    at(minutes=6)
    dispatch.reap()
    assert state(delivery) == after


def test_holder_whose_lease_ran_out_cannot_send_nor_settle(delivery, sink, at):
    late = dispatch.claim(1)[0]
    at(minutes=6)
    dispatch.reap()
    dispatch.run_batch()
    transport = dispatch.connect()
    assert dispatch.send(late, transport)
    transport.close()
    assert not fate.refused(late, 550, "no")
    assert state(delivery) == State.SENT
    assert len(sink.accepted) == 1


def test_mail_that_ends_its_process_takes_no_others_with_it(delivery, contact, template, asset, at):
    neighbours = [queue.enqueue(contact, template, occasion=f"rule:{n}", asset=asset) for n in (2, 3)]
    for _ in range(3):
        while claimed := dispatch.claim(9):
            if delivery in claimed:
                break  # its process ends here
            fate.sent(claimed[0], 250, "ok")
        at(minutes=6)
        dispatch.reap()
    while claimed := dispatch.claim(9):
        fate.sent(claimed[0], 250, "ok")
    assert [state(one) for one in (delivery, *neighbours)] == [State.DEAD, State.SENT, State.SENT]
