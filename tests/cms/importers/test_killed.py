"""An import whose process is killed in the middle, by its number, and run again: the same end as if nothing was."""

import json
import os
import shutil
import signal

import pytest

from cms.models import AssetPage, Comment, ImportedAddress, ImportedItem, LibraryImage, Topic

pytestmark = [pytest.mark.db, pytest.mark.data, pytest.mark.slow]
POSTS = 40


def blog(data, tmp_path):
    folder = tmp_path / "posts"
    folder.mkdir()
    for path in sorted((data / "blog_18f" / "posts").glob("*.md"))[:POSTS]:
        shutil.copy(path, folder)
    return "import_markdown", folder


def wordpress(data, tmp_path):
    return "import_wxr", data / "wxr" / "64-block-test-data.xml"


def feed(data, tmp_path):
    """One feed of many entries, from those that each test one thing."""
    entries = "".join(
        f"<item><title>Entry {n}</title><guid>tag:a.example,{n}</guid><link>https://a.example/{n}/</link>"
        f"<category>Cold</category><pubDate>Wed, 11 Mar 2015 10:00:00 GMT</pubDate>"
        f"<description>&lt;p&gt;Text {n}, see "
        f"&lt;a href='https://a.example/{n + 1}/'&gt;the next&lt;/a&gt;.&lt;/p&gt;</description></item>"
        for n in range(60)
    )
    path = tmp_path / "feed.xml"
    path.write_text(f"<rss version='2.0'><channel><title>A</title>{entries}</channel></rss>")
    return "import_feed", path


def state():
    """All that an import leaves, without numbers and times of its own."""
    pieces = AssetPage.objects.order_by("imported_item__key")
    keys = dict(ImportedItem.objects.values_list("page", "key"))

    def text(piece):
        body = json.dumps(list(piece.body.raw_data), default=str)
        for pk, key in keys.items():
            body = body.replace(f'id=\\"{pk}\\" linktype', f'to=\\"{key}\\" linktype')
        return [(block["type"], block["value"]) for block in json.loads(body)]

    return {
        "pieces": [
            (piece.title, piece.slug, piece.live, str(piece.first_published_at), piece.summary, text(piece))
            for piece in pieces
        ],
        "topics": sorted((topic.slug, topic.assets.count()) for topic in Topic.objects.all()),
        "addresses": sorted(ImportedAddress.objects.values_list("address", flat=True)),
        "pictures": sorted(LibraryImage.objects.values_list("file_hash", flat=True)),
        "comments": sorted(Comment.objects.values_list("text", "state")),
        "items": ImportedItem.objects.count(),
    }


@pytest.mark.parametrize("kind", [blog, wordpress, feed], ids=["Markdown", "WordPress", "feed"])
def test_killed_and_run_again_ends_as_if_it_had_not_been_and_a_third_run_changes_nothing(
    kind, data, tmp_path, new_installation
):
    name, place = kind(data, tmp_path)
    command = (name, str(place), "--source", "x", "--publish", "-v0")
    with_one_go = new_installation()
    told = json.loads(with_one_go.manage(*command, timeout=600).stdout.splitlines()[-1])
    expected = state()
    assert told["created"] == expected["items"] > 5
    other = new_installation()
    process = other.spawn(*command)
    half = expected["items"] // 2
    other.wait_until(lambda: other.query("SELECT COUNT(*) FROM cms_importeditem")[0][0] >= half, 300)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    written = other.query("SELECT COUNT(*) FROM cms_importeditem")[0][0]
    assert half <= written < expected["items"]
    again = json.loads(other.manage(*command, timeout=600).stdout.splitlines()[-1])
    assert again["created"] == expected["items"] - written
    assert (again["updated"], again["unchanged"]) == (0, written)
    assert state() == expected
    third = json.loads(other.manage(*command, timeout=600).stdout.splitlines()[-1])
    assert (third["created"], third["updated"], third["unchanged"]) == (0, 0, expected["items"])
    assert state() == expected
