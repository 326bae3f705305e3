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
