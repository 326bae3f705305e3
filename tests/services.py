"""What a test needs from outside this repository."""

import os

import pytest


def missing(reason: str) -> None:
    """Skip with the reason; fail where LEDE_REQUIRE_SERVICES says that everything must be there."""
    if os.environ.get("LEDE_REQUIRE_SERVICES"):
        pytest.fail(f"LEDE_REQUIRE_SERVICES is set but {reason}")
    pytest.skip(reason)
