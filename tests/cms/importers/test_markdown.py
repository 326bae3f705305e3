"""Markdown to body blocks: what an editor would have typed, nothing that a reader's browser would run."""

import pytest

from cms.importers.markdown import body_blocks
from cms.models import AssetPage


def told(text, **options):
    """(blocks with rich text as its source, the reasons of the notices)."""
    notices = []
    blocks = body_blocks(text, notices=notices, **options)
    return [(kind, getattr(value, "source", value)) for kind, value in blocks], [(n.line, n.why) for n in notices]


def test_running_text_becomes_one_block_in_the_editors_own_tags():
    blocks, notices = told("# Top\n\nSome **bold** and *soft* `code`.\n\n- one\n- two\n\n##### Deep\n\n---\n")
    assert blocks == [
        (
            "text",
            "<h2>Top</h2><p>Some <b>bold</b> and <i>soft</i> <code>code</code>.</p>"
            "<ul><li>one</li><li>two</li></ul><h4>Deep</h4><hr/>",
        )
    ]
    assert notices == []


def test_table_quote_and_code_become_their_own_blocks():
    blocks, notices = told(
        'Before\n\n| a | b |\n|---|--:|\n| 1 | <2 |\n\n> "It worked." — Petra Solheim\n\n'
        "```html\n<p>&amp; {% raw %}</p>\n```\n"
    )
    assert blocks == [
        ("text", "<p>Before</p>"),
        (
            "table",
            {
                "columns": [{"type": "text", "heading": "a"}, {"type": "text", "heading": "b"}],
                "rows": [{"values": ["1", "<2"]}],
                "caption": "",
            },
        ),
        ("quote", {"text": '"It worked."', "name": "Petra Solheim"}),
        ("code", "<p>&amp; {% raw %}</p>"),
    ]
    assert notices == []


@pytest.mark.parametrize(
    ("markdown", "text", "name"),
    [
        ("> One\n> line\n>\n> Another — with a dash — inside", "One line\n\nAnother — with a dash — inside", ""),
        ("> Said it\n>\n> — Ada", "Said it", "Ada"),
        ("<blockquote>Raw <b>words</b>\n\n</blockquote>", "Raw words", ""),
        ("> See [this](https://a.example/x)", "See this (https://a.example/x)", ""),
    ],
)
def test_quotation_is_kept_with_its_name(markdown, text, name):
    assert told(markdown)[0] == [("quote", {"text": text, "name": name})]


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("Fish & chips < 3 &copy;", "<p>Fish &amp; chips &lt; 3 ©</p>"),
        ("<p onclick='x()'>Hi <span>you</span></p>", "<p>Hi you</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("<a href='javascript:alert(1)'>x</a>", "<p>x</p>"),
        ("<div>loose <i>words</i><p>and a paragraph</p></div>", "<p>loose <i>words</i></p><p>and a paragraph</p>"),
        ("- one\n\n  two\n- three", "<ul><li>one<br/>two</li><li>three</li></ul>"),
    ],
)
def test_html_is_cleaned_and_escaped_once(markdown, html):
    assert told(markdown)[0] == [("text", html)]


def test_script_is_left_out_and_told_with_its_line():
    blocks, notices = told("Text\n\n<script>alert('x')</script>\n\n```\n<script>\n```\n")
    assert blocks == [("text", "<p>Text</p>"), ("code", "<script>")]
    assert notices == [(3, "<script> was left out")]


def test_template_addresses_are_read_and_other_template_code_stays_text():
    blocks, notices = told('A [post]({{ "/2015/x/" | url }}) and `{{ y }}`\nby {{ "ann" | team_link }}\n')
    assert blocks == [
        ("text", '<p>A <a href="/2015/x/">post</a> and <code>{{ y }}</code>\nby {{ "ann" | team_link }}</p>')
    ]
    assert notices == [(2, 'Template code kept as text: {{ "ann" | team_link }}')]


def test_comment_of_a_template_is_never_published():
    blocks, notices = told("One {% comment %}secret{% endcomment %}\n")
    assert blocks == [("text", "<p>One</p>")]
    assert notices == [(1, "A comment of the template was left out")]


def test_picture_without_a_file_leaves_its_words():
    blocks, notices = told('Look: ![A "red" cat](a/cat.png)\n\n{% image "b.png" "A dog" %}\n')
    assert blocks == [
        ("text", "<p>Look: </p><p><i>[Picture: A &quot;red&quot; cat]</i></p><p><i>[Picture: A dog]</i></p>")
    ]
    assert notices == [(1, "Picture not taken over: a/cat.png"), (3, "Picture not taken over: b.png")]


def test_player_of_another_host_becomes_a_link():
    blocks, notices = told('<iframe src="//video.example/1" title="Talk"></iframe>')
    assert blocks == [("text", '<p><a href="https://video.example/1">Talk</a></p>')]
    assert notices == [(1, "<iframe> became a link: https://video.example/1")]


def test_player_that_we_know_becomes_a_block_that_loads_on_a_click():
    blocks, notices = told(
        'Look:\n\n<iframe src="//www.youtube.com/embed/abcdefghij0?rel=0" title="Talk"></iframe>\n\nEnd'
    )
    assert blocks == [
        ("text", "<p>Look:</p>"),
        ("video", {"title": "Talk", "address": "https://www.youtube.com/embed/abcdefghij0?rel=0"}),
        ("text", "<p>End</p>"),
    ]
    assert notices == []


def test_nothing_gives_no_blocks():
    assert body_blocks(" \n\n") == []


@pytest.mark.django_db
def test_blocks_survive_the_page_field():
    player = '<iframe src="https://vimeo.com/12"></iframe>'
    page = AssetPage(
        title="x", body=body_blocks(f"Hi\n\n| a |\n|---|\n| b |\n\n```\ncode\n```\n\n> Who?\n\n{player}\n")
    )
    assert [(block.block_type) for block in page.body] == ["text", "table", "code", "quote", "video"]
    stored = page.body.get_prep_value()[4]["value"]
    assert (stored["title"], stored["address"], stored.get("file")) == ("Vimeo", "https://vimeo.com/12", None)
    assert page.body[1].value.row_data == [{"values": ["b"]}]
