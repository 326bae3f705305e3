"""An export of more than 200 MB: refused by the form before it is read, streamed by the command in little memory."""

import tracemalloc

import pytest

from cms.importers import kinds
from cms.importers.items import Ignored, Item
from cms.importers.notices import Notice
from cms.importers.wordpress import ExportReader
from tests.cms.importers.test_wordpress import HEAD, item

MB = 1024 * 1024
LEAST = 205 * MB


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Three posts, one of them broken, among files that are not taken."""
    path = tmp_path_factory.mktemp("large") / "export.xml"
    filler = item("A file", content="x" * MB).replace("<wp:post_type>post<", "<wp:post_type>attachment<")
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        file.write(item("First", content="<p>One & two</p>"))
        for number in range(LEAST // MB):
            if number == 100:
                file.write(item("Middle").replace("<title>", "<title><b>"))
            file.write(filler)
        file.write(item("Last") + "</channel></rss>")
    return path


def test_export_of_two_hundred_megabytes_is_read_item_by_item_in_little_memory(large):
    assert large.stat().st_size > LEAST
    tracemalloc.start()
    try:
        entries = [entry for entry, _at in ExportReader(large, {}).entries(None) if not isinstance(entry, Ignored)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [entry.title for entry in entries if isinstance(entry, Item)] == ["First", "Last"]
    assert [entry.why for entry in entries if isinstance(entry, Notice)] == ["It is not XML: mismatched tag"]
    assert peak < 40 * MB


def test_the_form_takes_none_of_that_size():
    assert kinds.get("wxr").max_bytes < LEAST
