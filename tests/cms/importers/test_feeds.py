"""Feeds: what feed readers expect comes out of every dialect, and what is no feed is refused."""

import ast
import html
import json
import re
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cms.importers import feeds, fetching
from cms.importers.archives import ArchiveError
from cms.importers.gutenberg import plain
from cms.importers.items import Item, ready
from cms.importers.notices import Notice
from cms.models import AssetPage

MAIL = re.compile(r"\s*[(<]?[^\s(<]+@[^\s)>]+[)>]?\s*")


def expectations(text):
    """[(keys, value)] of what a feed's first comment says about its first entry."""
    tree = ast.parse(re.search(r"Expect:\s*(.*?)\s*(?:-->|\n)", text)[1], mode="eval").body
    for claim in tree.values if isinstance(tree, ast.BoolOp) else [tree]:
        if not isinstance(claim, ast.Compare) or not isinstance(claim.ops[0], ast.Eq):
            continue
        keys, node = [], claim.left
        while isinstance(node, ast.Subscript):
            keys.insert(0, ast.literal_eval(node.slice))
            node = node.value
        if keys[:1] == [0] and getattr(node, "id", "") == "entries":
            yield tuple(keys[1:]), ast.literal_eval(claim.comparators[0])


def moment(value):
    return datetime(*value[:6], tzinfo=UTC)


# What a piece takes of an entry: (what the item has, what it should have).
CONCERNS = {
    ("title",): lambda item, value: (item.title, plain(value)),
    ("title_detail", "value"): lambda item, value: (item.title, plain(value)),
    ("link",): lambda item, value: (item.base, value),
    ("id",): lambda item, value: (item.key, value),
    ("guid",): lambda item, value: (item.key, value),
    ("author",): lambda item, value: (item.authors[:1], [MAIL.sub(" ", value).strip()]),
    ("author_detail", "name"): lambda item, value: (item.authors[:1], [value]),
    ("authors", 0, "name"): lambda item, value: (item.authors[:1], [value]),
    ("authors", 1, "name"): lambda item, value: (item.authors[1:2], [value]),
    ("enclosures", 0, "href"): lambda item, value: (value in item.text, True),
    ("tags", 0, "term"): lambda item, value: (item.topics[:1], [value]),
    ("tags", 1, "term"): lambda item, value: (item.topics[1:2], [value]),
    ("tags", 0, "label"): lambda item, value: (item.topics[:1], [value]),
    ("category",): lambda item, value: (item.topics[:1], [value]),
    ("summary",): lambda item, value: (item.summary, plain(value)),
    ("description",): lambda item, value: (item.summary, plain(value)),
    ("content", 0, "value"): lambda item, value: (plain(item.text), plain(value)),
    ("published_parsed",): lambda item, value: (item.published_at, moment(value)),
    ("updated_parsed",): lambda item, value: (item.published_at, moment(value)),
    ("created_parsed",): lambda item, value: (item.published_at, moment(value)),
}


@pytest.mark.data
def test_every_feed_gives_what_its_first_comment_says(data):
    files = sorted((data / "feeds").glob("*/*.xml"))
    assert len(files) == 431
    asked, wrong = 0, {}
    for path in files:
        content = path.read_bytes()
        try:
            found = feeds.items(content)
        except ArchiveError:
            assert b"entries[0]" not in content, path.name
            continue
        for keys, value in expectations(content.decode("utf-8", "replace")):
            # A category's label is what people read; its term stands in for one that has none.
            if keys in CONCERNS and not (keys[-1] == "term" and b"label=" in content):
                is_plain = "text_plain" in path.name  # its brackets are no markup
                has, should = CONCERNS[keys](found[0], html.escape(value) if is_plain else value)
                asked += 1
                if has != should:
                    wrong[f"{path.parent.name}/{path.name}"] = (keys, has, should)
    assert wrong == {}
    assert asked > 90


RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<item><title>Whole</title><link>https://a.example/whole</link><guid>1</guid><description>In short</description>
<content:encoded><![CDATA[<p>All & <a href="/cut">of</a> it.</p><script>x()</script>]]></content:encoded></item>
<item><title>Cut</title><link>https://a.example/cut</link><guid>2</guid>
<description>Only the start […]</description></item>
<item><link>https://a.example/3</link><description>No title but &lt;b&gt;words&lt;/b&gt;</description></item>
<item><title>Again</title><guid>1</guid><description>x</description></item>
<item><title>Talk</title><guid>5</guid>
<enclosure url="https://a.example/t.mp3" type="audio/mpeg" length="1"/></item>
</channel></rss>"""


def test_excerpts_doubles_and_missing_titles_are_told(tmp_path):
    (tmp_path / "source.xml").write_text(RSS)
    whole, cut, untitled, double, talk = (e for e, _at in feeds.FeedKind().reader(tmp_path, {}).entries(None))
    assert (whole.title, whole.summary, whole.notices) == ("Whole", "In short", [])
    assert [notice.why for notice in cut.notices] == ["The feed brings only an excerpt"]
    assert untitled.title == "No title but words"
    assert untitled.notices[0].why == "It has no title: its first words were taken"
    assert isinstance(double, Notice)
    assert double.why == "Its id stands in the feed already: 1"
    assert (talk.format, "https://a.example/t.mp3" in talk.text) == ("podcast", True)


def test_pointing_copies_nothing(tmp_path):
    (tmp_path / "source.xml").write_text(RSS)
    found = [e for e, _at in feeds.FeedKind().reader(tmp_path, {"point": True}).entries(None) if isinstance(e, Item)]
    assert {item.text for item in found} == {""}
    assert (found[1].lives_at, found[1].notices, found[1].old_paths) == ("https://a.example/cut", [], [])
    assert ready(found[1]).slug == "cut"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html><body>Not found</body></html>", "This is no feed"),
        (b"", "This is no feed"),
        (b"<!DOCTYPE x [" + b'<!ENTITY a "b">' * 30 + b"]><rss/>", "It declares more entities than a feed needs"),
    ],
)
def test_what_is_no_feed_is_refused(content, why):
    with pytest.raises(ArchiveError, match=why):
        feeds.items(content)


def test_entities_do_not_grow():
    grown = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 15))
    head = f'<!DOCTYPE rss [<!ENTITY e0 "lol">{grown}]>'
    bomb = f'{head}<rss version="2.0"><channel><item><title>&e14;</title></item></channel></rss>'
    assert all(len(item.title) < 1000 for item in feeds.items(bomb.encode()))


@pytest.mark.django_db
def test_feed_comes_in_from_its_address_and_only_once(monkeypatch, client):
    def fetch(address, most_bytes):
        assert address == "https://a.example/feed"
        return fetching.Fetched(RSS.encode(), address)

    monkeypatch.setattr(fetching, "fetch", fetch)

    def run(*options):
        out = StringIO()
        call_command("import_feed", "https://a.example/feed", *options, "-v0", stdout=out, stderr=StringIO())
        return json.loads(out.getvalue())

    assert (run("--dry-run")["created"], AssetPage.objects.count()) == (4, 0)
    answer = run("--publish")
    assert (answer["created"], answer["skipped"], len(answer["reasons"])) == (4, 1, 1)
    whole, cut = AssetPage.objects.get(title="Whole"), AssetPage.objects.get(title="Cut")
    assert whole.body[0].value.source == f'<p>All &amp; <a id="{cut.pk}" linktype="page">of</a> it.</p>'
    assert client.get("/whole").status_code in (200, 301)
    assert run("--publish")["unchanged"] == 4


@pytest.mark.django_db
def test_address_that_is_refused_says_why():
    with pytest.raises(CommandError, match="was not fetched: the host is not on the public internet"):
        call_command("import_feed", "http://127.0.0.1/feed")


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.django_db
def test_every_feed_comes_in_and_a_second_run_changes_nothing(data):
    """Each tests one thing, so few of them have an entry with words: those become pieces, the others rows."""

    def run(path):
        out = StringIO()
        call_command("import_feed", str(path), "--source", path.name, "-v0", stdout=out, stderr=StringIO())
        return json.loads(out.getvalue())

    files = sorted((data / "feeds").glob("*/*.xml"))
    first = {path: run(path) for path in files}
    written = AssetPage.objects.count()
    second = {path: run(path) for path in files}
    assert written > 40
    assert all(
        answer["created"] or answer["skipped"] or not feeds.items(path.read_bytes()) for path, answer in first.items()
    )
    for path in files:
        assert (second[path]["created"], second[path]["updated"]) == (0, 0), path.name
        assert second[path]["unchanged"] == first[path]["created"], path.name
        assert second[path]["skipped"] == first[path]["skipped"], path.name
    assert AssetPage.objects.count() == written == sum(answer["created"] for answer in first.values())
