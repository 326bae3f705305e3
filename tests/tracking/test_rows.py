"""A draft as texts: what the collector makes of moments."""

from datetime import UTC, datetime

import pytest

from tracking import rows


@pytest.mark.parametrize("microsecond", [0, 1, 120, 999_999])
def test_a_moment_is_written_as_python_writes_it(microsecond):
    at = datetime(2026, 3, 29, 1, 59, 59, microsecond, tzinfo=UTC)

    assert rows.moment(at) == at.isoformat()
