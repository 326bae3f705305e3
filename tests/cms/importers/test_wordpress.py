"""WordPress exports: what is read of them, and that one broken item costs one item."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from cms.importers import writing
from cms.importers.archives import ArchiveError
from cms.importers.bodies import html_blocks
from cms.importers.composing import compose
from cms.importers.gutenberg import content_html
from cms.importers.items import Ignored, Item, ready
from cms.importers.notices import Notice
from cms.importers.pictures import Pictures
from cms.importers.wordpress import ExportReader, check_head
from cms.models import AssetPage, Author, Topic

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="x" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><link>https://old.example</link>
<wp:author><wp:author_login>ann</wp:author_login>
<wp:author_display_name><![CDATA[Ann Ashe]]></wp:author_display_name></wp:author>
"""


def item(title, content="<p>Text.</p>", kind="post", status="publish", more=""):
    slug = title.lower().replace(" ", "-")
    return f"""<item><title>{title}</title><link>https://old.example/blog/{slug}/</link>
<guid isPermaLink="false">https://old.example/?p={slug}</guid><dc:creator>ann</dc:creator>
<content:encoded><![CDATA[{content}]]></content:encoded><wp:post_date_gmt>2015-03-11 10:00:00</wp:post_date_gmt>
<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type>{more}</item>
"""


def export(tmp_path, *items, head=HEAD, tail="</channel></rss>"):
    path = tmp_path / "source.xml"
    parts = [part if isinstance(part, bytes) else part.encode() for part in (head, *items, tail)]
    path.write_bytes(b"".join(parts))
    return path


def entries(path, **options):
    return [entry for entry, _at in ExportReader(path, options).entries(None)]


def body(content, attachments=None):
    """(block type, value) of a post's content, and what was told."""
    notices = []
    blocks = html_blocks(content_html(content, attachments or {}, notices), notices)
    return [(kind, getattr(value, "source", value)) for kind, value in blocks], [notice.why for notice in notices]


def test_post_is_read_with_all_that_a_piece_can_hold(tmp_path):
    meta = "<wp:postmeta><wp:meta_key>{}</wp:meta_key><wp:meta_value><![CDATA[{}]]></wp:meta_value></wp:postmeta>"
    more = '<category domain="post_tag"><![CDATA[R &amp; D]]></category><category domain="post_format">Aside</category>'
    more += "<category>Uncategorized</category><excerpt:encoded><![CDATA[<b>In</b> short]]></excerpt:encoded>"
    more += meta.format("_thumbnail_id", "7") + meta.format("_yoast_wpseo_metadesc", "For search")
    more += meta.format("_yoast_wpseo_title", "%%title%%")
    file = "<wp:post_id>7</wp:post_id><wp:attachment_url>https://old.example/a.jpg</wp:attachment_url>"
    found, attachment = entries(
        export(tmp_path, item("One &amp; two", more=more), item("a", kind="attachment", more=file))
    )
    assert (found.title, found.authors, found.topics, found.summary) == (
        "One & two",
        ["Ann Ashe"],
        ["R & D"],
        "In short",
    )
    assert (found.cover, found.search_description, found.seo_title) == ("https://old.example/a.jpg", "For search", "")
    assert found.published_at == datetime(2015, 3, 11, 10, tzinfo=UTC)
    assert (found.key, found.is_draft) == ("https://old.example/?p=one-&-two", False)
    assert found.old_paths == ["/blog/one-&-two/"]
    assert attachment == Ignored("attachment")


@pytest.mark.parametrize(
    ("status", "more", "why"),
    [
        ("draft", "", None),
        ("private", "", "It is private: kept as a draft"),
        ("future", "", "It is planned for 2015-03-11 10:00: kept as a draft with that date"),
        ("publish", "<wp:post_password>x</wp:post_password>", "It has a password: kept as a draft"),
    ],
)
def test_what_was_not_public_stays_a_draft_and_is_told(tmp_path, status, more, why):
    (found,) = entries(export(tmp_path, item("One", status=status, more=more)))
    assert found.is_draft
    assert [notice.why for notice in found.notices] == ([why] if why else [])
    assert (found.go_live_at is not None) == (status == "future")


def test_menus_are_counted_and_pages_are_taken_only_when_asked_for(tmp_path):
    path = export(tmp_path, item("Menu", kind="nav_menu_item"), item("About", kind="page"), item("Bin", status="trash"))
    assert entries(path) == [Ignored("nav_menu_item"), Ignored("page"), Ignored("trash")]
    assert [type(entry) for entry in entries(path, pages=True)] == [Ignored, Item, Ignored]


def test_one_broken_item_costs_one_and_the_others_come_in(tmp_path):
    latin = item("Latin").replace("Text.", "caf\u00e9").encode("cp1252")
    odd = item("Control\x0b", "<item>in code</item> ]] &nbsp;")
    path = export(
        tmp_path, item("Raw & loud &nbsp;x"), latin, odd, "<item><title>Cut</item>\n",
        item("Same"), item("Same"), "<item><title>No end", tail="",
    )  # fmt: skip
    found = entries(path)
    assert [getattr(entry, "title", None) for entry in found] == [
        "Raw & loud x",
        "Latin",
        "Control\ufffd",
        None,
        "Same",
        None,
        None,
    ]
    assert "café" in found[1].text
    told = [(entry.notices[0].line, entry.notices[0].why) for entry in found[:2]]
    assert told == [
        (6, "A raw & or an unknown entity was read as text"),
        (10, "Not UTF-8 as the file says: read as Windows-1252"),
    ]
    refused = [(entry.line, entry.why) for entry in found if isinstance(entry, Notice)]
    assert refused == [
        (18, "It is not XML: mismatched tag"),
        (23, "Its id stands in the file already: https://old.example/?p=same"),
        (27, "It has no end: the file was cut off, or a tag is missing"),
    ]


def test_address_that_is_none_costs_nothing(tmp_path):
    content = '<p><a href="http://[">a</a><a href="//[x">b</a><img src="http://[y" alt="c"></p>'
    text = item("One", content).replace("https://old.example/blog/one/", "http://[z/")
    (found,) = entries(export(tmp_path, text))
    assert (found.base, found.old_paths) == ("http://[z/", [])
    made = compose(ready(found), "wxr:x", Pictures())
    assert [kind for kind, _value in made.blocks] == ["text"]


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"<rss><channel><title>A feed</title>", "This is no WordPress export."),
        (HEAD.encode("utf-16"), "It is written as UTF-16."),
        (b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>' + HEAD.encode(), "It declares entities"),
    ],
)
def test_file_that_is_no_export_is_refused(head, why):
    with pytest.raises(ArchiveError, match=why):
        check_head(head)


def test_blocks_become_ours_and_fall_flat():
    blocks, told = body(
        '<!-- wp:columns --><div><!-- wp:column --><div><!-- wp:paragraph {"a":{"b":1}} --><p>One</p><!-- /wp:paragraph -->'  # noqa: E501
        '<!-- wp:quote --><blockquote><p>Said</p><cite>Ann</cite></blockquote><!-- /wp:quote --></div><!-- /wp:column --></div>'  # noqa: E501
        "<!-- /wp:columns -->\n"
        '<!-- wp:embed {"url":"x"} --><figure><div class="wp-block-embed__wrapper">\nhttps://v.example/1\n</div></figure><!-- /wp:embed -->'  # noqa: E501
        '<!-- wp:embed {"url":"x"} --><figure><div class="wp-block-embed__wrapper">\nhttps://youtu.be/abcdefghij0?a=1&amp;t=3\n</div></figure><!-- /wp:embed -->'  # noqa: E501
        "<!-- wp:code --><pre><code>a &lt; b [x y=1]</code></pre><!-- /wp:code -->"
        '<!-- wp:latest-posts {"a":1} /--><!-- wp:acme/box --><div>Kept <script>x()</script></div><!-- /wp:acme/box -->'
    )  # fmt: skip
    assert blocks == [
        ("text", "<p>One</p>"),
        ("quote", {"text": "Said", "name": "Ann"}),
        ("text", '<p><a href="https://v.example/1">https://v.example/1</a></p>'),
        ("video", {"title": "YouTube", "address": "https://youtu.be/abcdefghij0?a=1&t=3"}),
        ("code", "a < b [x y=1]"),
        ("text", "<p>Kept </p>"),
    ]
    assert told == [
        "The block “latest-posts” was left out: it holds no text of its own",
        "The block “acme/box” is not known: its text was taken",
        "<script> was left out",
    ]


@pytest.mark.parametrize(
    ("content", "html"),
    [
        ("One\ntwo\n\nThree", "<p>One<br/>two</p><p>Three</p>"),
        ("<h2>Top</h2>\nText <b>bold\nmore</b>\n<ul>\n<li>a</li>\n</ul>\nEnd", "<h2>Top</h2><p>Text <b>bold<br/>more</b></p><ul><li>a</li></ul><p>End</p>"),  # noqa: E501
        ("<p>Has\nits own</p>\n\nnot", "<p>Has\nits own</p><p>not</p>"),
        ('[caption id="x" width="3"]<img src="/a.png" alt="A"> Words[/caption]', "<p><i>[Picture: A]</i></p><p>Words</p>"),  # noqa: E501
        ("[audio src=\"https://a.example/x.mp3\"]", '<p><a href="https://a.example/x.mp3">https://a.example/x.mp3</a></p>'),
        ("Back [to top] or [sic]", "<p>Back [to top] or [sic]</p>"),
    ],
)  # fmt: skip
def test_posts_without_blocks_get_their_paragraphs_and_shortcodes_their_meaning(content, html):
    assert body(content)[0] == [("text", html)]


def test_other_shortcodes_stay_as_text_and_are_told():
    blocks, told = body(
        'See [contact-form id="3"] and [box]x[/box]\n[gallery ids="8,9"]\n[gallery columns="2"]', {"8": "/8.jpg"}
    )
    assert '[contact-form id="3"]' in blocks[0][1]
    assert told[:3] == [
        'Shortcode kept as text: [contact-form id="3"]',
        "Shortcode kept as text: [box]",
        'The gallery names no picture of this export: [gallery columns="2"]',
    ]
    assert told[3].startswith("Picture not taken over: /8.jpg")


def test_what_is_opened_two_thousand_times_and_never_closed_stays_text():
    opened = (
        "[gallery ",
        "[caption]",
        "<cite>",
        "<pre>",
        '<pre class="wp-block-verse">',
        '<a class="wp-block-file__button',
    )
    for mark in opened:
        for content in (mark * 2_000, "<!-- wp:paragraph -->" + mark * 2_000):
            assert mark in content_html(content, {}, [])


def test_reading_goes_on_behind_any_item(tmp_path):
    reader = ExportReader(export(tmp_path, *(item(f"Post {n}") for n in range(5))), {})
    whole = [(entry.title, entry.first_line) for entry, _at in reader.entries(None)]
    marks = [at for _entry, at in reader.entries(None)]
    for number, at in enumerate(marks, 1):
        assert [(entry.title, entry.first_line) for entry, _at in reader.entries(at)] == whole[number:]


def run(path, *options):
    out = StringIO()
    call_command("import_wxr", str(path), *options, "-v0", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def state():
    """All that an import leaves behind, without keys and times."""
    pages = AssetPage.objects.order_by("title")
    rows = [(page.title, page.slug, page.live, page.body.get_prep_value(), str(page.author)) for page in pages]
    return json.dumps([[(t, s, live, [b["value"] for b in body], a) for t, s, live, body, a in rows],
                       sorted(Topic.objects.values_list("slug", flat=True)), sorted(Author.objects.values_list("slug", flat=True))])  # fmt: skip  # noqa: E501


@pytest.mark.data
@pytest.mark.django_db
def test_killed_in_the_middle_and_run_again_it_ends_the_same_and_a_second_run_changes_nothing(
    data, monkeypatch, client
):
    path = data / "wxr" / "theme-preview.xml"
    write, written = writing.Writer.write, []

    def dies(writer, item, plan):
        if len(written) == 3:
            raise KeyboardInterrupt
        written.append(item.key)
        return write(writer, item, plan)

    monkeypatch.setattr(writing.Writer, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        run(path, "--publish")
    assert AssetPage.objects.count() == 3
    monkeypatch.setattr(writing.Writer, "write", write)
    assert run(path, "--publish") | {"warnings": 0} == {
        "created": 4, "updated": 0, "unchanged": 3, "skipped": 0, "warnings": 0, "reasons": []
    }  # fmt: skip
    again, revisions = state(), list(AssetPage.objects.values_list("latest_revision_id", flat=True))
    assert run(path, "--publish")["unchanged"] == 7
    assert (state(), list(AssetPage.objects.values_list("latest_revision_id", flat=True))) == (again, revisions)
    AssetPage.objects.all().delete()
    assert run(path, "--publish")["created"] == 7
    assert state() == again
    for page in AssetPage.objects.all():
        assert client.get(page.url).status_code == 200


@pytest.mark.data
@pytest.mark.django_db
def test_real_export_of_blocks_is_brought_in_whole_and_only_once(data):
    answer = run(data / "wxr" / "64-block-test-data.xml", "--publish", "--pages")
    assert (answer["created"], answer["skipped"]) == (61, 1)
    assert answer["not_taken"] == {"attachment": 9, "wp_navigation": 1}
    assert answer["reasons"] == [
        "https://wpthemetestdata.wordpress.com/title/:9575: There is no text. Write it, or take it away."
    ]
    again = run(data / "wxr" / "64-block-test-data.xml", "--publish", "--pages")
    assert (again["created"], again["updated"], again["unchanged"], again["warnings"]) == (0, 0, 61, 0)
