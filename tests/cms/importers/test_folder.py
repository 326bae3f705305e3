"""Reading files: each is one item, or one refusal that says file, line, why and how to mend it."""

import contextlib
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from cms.importers import folder as folders
from cms.importers.items import RefusedError

GOOD = '---\ntitle: "A post"\ndate: 2015-03-11\n---\nText.\n'


def read(tmp_path, content, name="post.md"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folders.read(path, tmp_path)


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        ("no front matter at all", 1, "There is no title"),
        ("---\ndate: 2015-01-01\n---\nText", 1, "There is no title"),
        ("---\ndate: 2015-01-01\ntitle: ''\n---\nText", 3, "There is no title"),
        ("---\ntitle: x\n---\n  \n", 1, "There is nothing below the front matter"),
        ("---\ntitle: x\ndate: soon\n---\nText", 3, "'soon' is not a date"),
        ("---\ntitle: x\ndate: 2024-13-40\n---\nText", 1, "The front matter holds a value that cannot be read"),
        ("---\ntitle: a: b: c\n---\nText", 2, "The front matter is not YAML"),
        ('---\ntitle: x\ndate: "9999-12-31T23:59:59-14:00"\n---\nText', 3, "'9999-12-31T23:59:59-14:00' is not a date"),
        ("---\ntitle: x\ndate: 9999-12-31 23:59:59 -14:00\n---\nText", 3, "'9999-12-31 23:59:59-14:00' is not a date"),
        ("---\ntitle: !!python/object/apply:os.getcwd []\n---\nText", 2, "The front matter is not YAML"),
        (b"---\ntitle: x\n---\nOne\ncaf\xe9\n", 5, "Not UTF-8 (byte 24)"),
        (b"x" * (2 * 1024 * 1024 + 1), 0, "Larger than 2 MB"),
    ],
)
def test_bad_file_is_refused_with_line_and_reason(tmp_path, content, line, why):
    with pytest.raises(RefusedError) as refused:
        read(tmp_path, content)
    notice = refused.value.notice
    assert (notice.file, notice.line) == ("post.md", line)
    assert notice.why.startswith(why)
    assert notice.mend


def test_link_out_of_the_folder_is_refused_and_one_inside_is_read(tmp_path):
    inside, outside = tmp_path / "posts", tmp_path / "secret.md"
    inside.mkdir()
    outside.write_text(GOOD)
    (inside / "link.md").symlink_to(outside)
    (inside / "real.md").write_text(GOOD)
    (inside / "alias.md").symlink_to(inside / "real.md")
    (inside / "dead.md").symlink_to(inside / "gone.md")
    read = [getattr(found, "why", None) or found.title for found in folders.items(inside)]
    assert read == ["A post", "Not a file", "The link leads out of the folder", "A post"]


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2015-03-11", datetime(2015, 3, 11, 12, tzinfo=UTC)),
        ("'2015-03-11'", datetime(2015, 3, 11, 12, tzinfo=UTC)),
        ("2015-03-11 10:00:00 -0400", datetime(2015, 3, 11, 14, tzinfo=UTC)),
        ("'2015-03-11 10:00:00 -0400'", datetime(2015, 3, 11, 14, tzinfo=UTC)),
        ("2015-03-11T10:00:00Z", datetime(2015, 3, 11, 10, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_bloggers_write_them(tmp_path, date, moment):
    assert read(tmp_path, f"---\ntitle: x\ndate: {date}\n---\nText").published_at == moment


def test_name_gives_date_and_slug_where_front_matter_does_not(tmp_path):
    item = read(tmp_path, "---\ntitle: x\n---\nText", "2014-3-12-Coming Soon.md")
    assert (item.slug, item.published_at) == ("coming-soon", datetime(2014, 3, 12, 12, tzinfo=UTC))
    assert read(tmp_path, "---\ntitle: x\nslug: mine\n---\nText", "2014-03-12-x.md").slug == "mine"
    assert read(tmp_path, "---\ntitle: x\n---\nText", "undated.md").published_at is None


def test_summary_loses_markup_and_what_does_not_fit(tmp_path):
    item = read(tmp_path, "---\ntitle: x\nexcerpt: '<p>Fish &amp; **chips** [here](/x)</p>'\n---\nText")
    assert item.summary == "Fish & **chips** [here](/x)"
    item = read(tmp_path, f"---\ntitle: x\nexcerpt: 'A *soft* {'word ' * 100}'\n---\nText")
    assert item.summary.startswith("A soft word")
    assert (len(item.summary) <= 300, item.summary[-5:]) == (True, "word…")
    assert [(n.file, n.line) for n in item.notices] == [("post.md", 2)]


def test_lists_may_be_written_as_one_line(tmp_path):
    item = read(tmp_path, "---\ntitle: x\ntags: a, b , a\nauthor: Ann\n---\nText")
    assert (item.topics, item.authors) == (["a", "b"], ["Ann"])
    assert read(tmp_path, "---\ntitle: x\ntags: [2015, [nested], a]\n---\nText").topics == ["2015", "a"]


def test_windows_line_ends_and_byte_order_mark_do_no_harm(tmp_path):
    item = read(tmp_path, b"\xef\xbb\xbf---\r\ntitle: x\r\n---\r\nOne\r\n\r\nTwo\r\n")
    assert (item.title, item.text, item.first_line) == ("x", "One\n\nTwo", 4)


@pytest.mark.parametrize("field", ["tags: {x: *z}", "tags: *z", "author: {x: *z}", "slug: *z", "date: *z", "title: *z"])
def test_aliases_that_grow_without_end_are_never_written_out(tmp_path, field):
    grown = "".join(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghijz"))
    content = f"---\ntitle: x\na: &a [lol]\n{grown}{field}\n---\nText"
    with contextlib.suppress(RefusedError):
        assert (read(tmp_path, content).topics, read(tmp_path, content).authors) == ([], [])


def test_no_nul_comes_through(tmp_path):
    item = read(tmp_path, '---\ntitle: "a\\0b"\ntags: ["c\\0"]\n---\nText')
    assert (item.title, item.topics) == ("a\ufffdb", ["c\ufffd"])
