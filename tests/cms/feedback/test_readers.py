"""What is kept of an address: its network."""

import pytest

from cms.feedback import readers


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0"),
        ("2001:db8:1:2:3::4", "2001:db8:1::"),
        ("::ffff:192.0.2.77", "192.0.2.0"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_address_is_truncated(rf, address, network):
    assert readers.truncated_address(rf.post("/", REMOTE_ADDR=address)) == network


@pytest.mark.parametrize(
    ("forwarded", "network"),
    [
        ("198.51.100.7", "198.51.100.0"),
        ("192.0.2.1, 198.51.100.7", "198.51.100.0"),  # the first is what the reader wrote
        ("nobody", ""),
        ("", "10.0.0.0"),
    ],
)
def test_behind_our_proxy_it_is_the_address_that_the_proxy_wrote_down(rf, settings, forwarded, network):
    request = rf.post("/", REMOTE_ADDR="10.0.0.2", headers={"X-Forwarded-For": forwarded})
    assert readers.truncated_address(request) == "10.0.0.0"  # without a proxy anybody can write it
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert readers.truncated_address(request) == network
    assert readers.request_facts(request)["ip"] == network


def test_readers_behind_our_proxy_are_told_apart_by_their_networks(rf, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    requests = [
        rf.post("/", REMOTE_ADDR="10.0.0.2", headers={"X-Forwarded-For": address})
        for address in ("198.51.100.7", "203.0.113.7")
    ]
    assert len({readers.key(request, None) for request in requests}) == 2
    assert len({readers.network_key(request) for request in requests}) == 2
