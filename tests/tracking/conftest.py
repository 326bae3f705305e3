"""What tests of the collector share."""

import pytest

from tracking import collector, writer


@pytest.fixture
def own_writer(monkeypatch, settings, tmp_path):
    """A writer and a spool of this test's own; what waits is written at its end."""
    settings.VAR_DIR = tmp_path
    own = writer.Writer()
    monkeypatch.setattr(collector, "writer", own)
    yield own
    own.stop()
