"""The way out by SMTP, one connection at a time, against a real server."""

import pytest

from nurture.mail import dispatch, fate, queue
from nurture.mail.models import Delivery
from nurture.mail.transport import Refused, SmtpTransport, Unreachable, connect


@pytest.fixture
def transport(sink):
    made = connect()
    yield made
    made.close()


def send(transport, body=b"Subject: s\r\n\r\nbody\r\n"):
    transport.begin("from@x.example", "to@y.example")
    return transport.data(body)


def test_line_that_begins_with_a_dot_arrives_as_it_is(transport, sink):
    body = b"Subject: s\r\n\r\n.hidden\r\n..two\r\n.\r\nnot the end\r\n"
    assert send(transport, body)[0] == 250
    assert sink.accepted == [body]


def test_kept_connection_that_the_server_closed_is_opened_again(transport, sink):
    send(transport)
    sink.hang_up()
    assert send(transport)[0] == 250
    assert sink.connections == 2
    assert len(sink.accepted) == 2


def test_connection_is_usable_after_a_refusal(transport, sink):
    sink.at_rcpt.append("550 no")
    with pytest.raises(Refused) as caught:
        transport.begin("from@x.example", "nobody@y.example")
    assert (caught.value.code, caught.value.permanent) == (550, True)
    send(transport)
    assert sink.recipients == ["to@y.example"]
    assert sink.connections == 1


def test_server_that_wants_to_close_is_left(transport, sink):
    sink.at_rcpt.append("421 closing")
    with pytest.raises(Refused) as caught:
        transport.begin("from@x.example", "to@y.example")
    assert not caught.value.permanent
    send(transport)
    assert sink.connections == 2


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
def test_server_without_the_wanted_encryption_gets_nothing(sink, scheme):
    with pytest.raises(Unreachable):
        connect(f"{scheme}://127.0.0.1:{sink.port}?timeout=1").begin("from@x.example", "to@y.example")
    assert sink.accepted == []


def test_log_in_that_fails_is_a_server_that_cannot_be_reached(sink):
    with pytest.raises(Unreachable):
        connect(f"smtp://user:wrong@127.0.0.1:{sink.port}?timeout=1").begin("from@x.example", "to@y.example")


class Broken(SmtpTransport):
    """Fails in a way that its contract does not name."""

    def __init__(self, parts, at):
        super().__init__(parts)
        self.at = at

    def begin(self, sender, recipient):
        if self.at == "begin":
            raise ZeroDivisionError
        super().begin(sender, recipient)

    def data(self, message):
        raise ZeroDivisionError


@pytest.mark.parametrize(("at", "state"), [("begin", "pending"), ("data", "unknown")])
def test_failure_that_nobody_foresaw_has_a_fate_too(sink, contact, template, at, state):
    queue.enqueue(contact, template, occasion="rule:1")
    broken = Broken(connect().parts, at)
    assert not dispatch.send(dispatch.claim(1)[0], broken)
    broken.close()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.last_error) == (state, "ZeroDivisionError: ")
    assert delivery.tries.get().phase == (fate.DATA_STARTED if at == "data" else fate.CONNECTED)
