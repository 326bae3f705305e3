"""Files of more than 200 MB: refused before they are read; an export of WordPress is streamed by the command."""

import tracemalloc

import pytest
from django.core.management import CommandError, call_command

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


@pytest.mark.django_db
@pytest.mark.parametrize(("command", "name"), [("import_feed", "feed.xml"), ("import_sheet", "pieces.csv")])
def test_what_is_read_at_once_is_refused_by_its_size_alone(command, name, tmp_path):
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(LEAST)
    tracemalloc.start()
    try:
        with pytest.raises(CommandError, match=r"205.0.MB, and at most \d+.0.MB are read\. Bring it in in parts\."):
            call_command(command, str(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20 * MB


def test_file_of_that_size_among_markdown_is_a_row_and_the_rest_goes_on(tmp_path):
    (tmp_path / "good.md").write_text("---\ntitle: Good\ndate: 2020-01-02\n---\nText.")
    with (tmp_path / "huge.md").open("wb") as file:
        file.truncate(LEAST)
    reader = kinds.get("markdown").reader(tmp_path, {})
    good, huge = (entry for entry, _at in reader.entries(None))
    assert (good.title, isinstance(huge, Notice), "MB" in huge.why or "KB" in huge.why) == ("Good", True, True)
