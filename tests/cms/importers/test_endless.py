"""Exports and feeds that were made to keep the server busy are read in time by their length."""

import signal
from contextlib import contextmanager

import pytest

from cms.importers import feeds
from cms.importers.gutenberg import content_html, plain
from cms.importers.wordpress import ExportReader


@contextmanager
def in_seconds(most: int):
    """TimeoutError inside when it is not done by then; many times what it takes, so that no busy machine fails.

    A pattern in `re` answers to signals while it matches.
    """

    def stop(_signal, _frame):
        raise TimeoutError(f"not done after {most} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(most)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("mark", ["<!-- wp:a {", "<a", "x ", "[caption]", "<cite>"])
def test_what_is_opened_for_a_megabyte_costs_no_more_than_its_length(mark):
    content = mark * (1_000_000 // len(mark))
    with in_seconds(30):
        for text in (content, "<!-- wp:paragraph -->" + content, " " * len(content) + "x"):
            content_html(text, {}, [])
            plain(text)


@pytest.mark.parametrize("mark", [b"<guid>", b"<wp:author>"])
def test_export_that_opens_names_for_a_megabyte_is_read_in_time(tmp_path, mark):
    inside = mark * (1_000_000 // len(mark))
    head = inside if mark == b"<wp:author>" else b""
    path = tmp_path / "export.xml"
    path.write_bytes(b"<rss><channel>" + head + b"<item>" + inside + b"</item></channel></rss>")
    with in_seconds(30):
        assert ExportReader(path, {}).total == 1


@pytest.mark.parametrize(
    "body",
    [
        "<author>" + "a" * 1_000_000 + "</author>",
        "<author>a" + " " * 1_000_000 + "b</author>",
        "<description>" + "." * 1_000_000 + "a</description>",
        "<description>" + "&lt;" * 1_000_000 + "</description>",
    ],
    ids=["author", "spaces", "dots", "tags"],
)
def test_a_feed_that_nobody_wrote_for_readers_costs_no_more_than_its_length(body):
    content = f'<rss version="2.0"><channel><item><title>t</title>{body}</item></channel></rss>'
    with in_seconds(60):
        assert len(feeds.items(content.encode())) == 1
