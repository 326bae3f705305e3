"""The merge language: only its own grammar, and nothing a reader or a template writes becomes more than text."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.mail import merge
from nurture.mail.merge import MergeError

PAYLOADS = (
    "{{ 7*7 }}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% load x %}", "{{ contact.__class__ }}",
    "{{ settings.SECRET_KEY }}",
    "{{ ''.__class__.__mro__ }}", '{{ env "HOME" }}', "{{ contact.first_name|safe }}", "{{contact.first_name()}}",
    "{{ contact.email }}", "{{ unsubscribe_url.x }}", "{{{ contact.first_name }}}",
)  # fmt: skip


def render(source, escape=False, **values):
    return merge.render(merge.parse(source), {k.replace("__", "."): v for k, v in values.items()}, escape=escape)


def test_value_stands_in_its_marker():
    assert render("Hello {{ contact.first_name }}!", contact__first_name="Ada") == "Hello Ada!"


def test_default_stands_for_an_empty_value():
    source = 'Hello {{contact.first_name,default "there"}}'
    assert render(source, contact__first_name=" ") == "Hello there"


def test_value_is_escaped_in_html_and_plain_in_text():
    assert render("{{ piece.title }}", escape=True, piece__title='<b> & "x"') == "&lt;b&gt; &amp; &quot;x&quot;"
    assert render("{{ piece.title }}", piece__title='<b> & "x"') == '<b> & "x"'


def test_css_braces_are_text():
    source = "@media { .a { color: red }}"
    assert render(source) == source


@pytest.mark.parametrize("payload", PAYLOADS)
def test_template_with_anything_else_is_refused(payload):
    if payload.startswith("{{"):
        with pytest.raises(MergeError):
            merge.parse(payload)
    else:
        assert render(payload) == payload


@pytest.mark.parametrize("payload", PAYLOADS)
def test_value_is_never_read_as_a_template(payload):
    assert render("{{ contact.first_name }}", contact__first_name=payload) == payload


@pytest.mark.parametrize(
    ("source", "line", "column", "what", "mend"),
    [
        ("a\nbc {{ contact.firstname }}", 2, 4, "“contact.firstname”", "contact.first_name"),
        ("{{ contact.first_name", 1, 1, "never closed", "}}"),
        ("{{ contact.first_name {{ piece.title }}", 1, 1, "never closed", "}}"),
        ("x{{ contact.first_name, default there }}", 1, 2, "not a marker", "default"),
    ],
)
def test_error_says_where_what_and_how_to_mend(source, line, column, what, mend):
    with pytest.raises(MergeError) as caught:
        merge.parse(source)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert what in caught.value.what
    assert mend in caught.value.mend


@given(st.text(), st.text())
def test_any_value_comes_out_as_escaped_text_and_bounded(before, text):
    before = "".join(c for c in before.replace("{", "(") if c.isprintable())
    parts = merge.parse(before + "{{ contact.last_name }}")
    out = merge.render(parts, {"contact.last_name": text}, escape=True)
    value = out[len(before) :]
    assert html.unescape(value) == merge.clean(text)
    assert not set(value) & set("<>\"'\n\r\0\u2028")
    assert len(value) <= 6 * merge.MAX_VALUE


MARKERS = st.builds(
    lambda name, default: f'{{{{ {name}, default "{default}" }}}}' if default else f"{{{{{name}}}}}",
    st.sampled_from(list(merge.NAMES)),
    st.text(alphabet="abc .,'=/", max_size=20),
)


@given(st.lists(MARKERS | st.text(alphabet='{}._, "cdefault\n', max_size=12)).map("".join))
def test_any_template_is_refused_or_leaves_no_marker(source):
    error = parsing_error(source)
    if error is None:
        assert "{{" not in render(source)
    else:
        assert source.split("\n")[error.line - 1][error.column - 1 :].startswith("{{")


@given(st.lists(MARKERS | st.text(alphabet="abc <>\n", max_size=12)).map("".join))
def test_held_and_released_renders_the_same(source):
    held, markers = merge.hold(source)
    values = dict.fromkeys(merge.NAMES, "")
    assert render(merge.release(held, markers)) == merge.render(merge.parse(source), values, escape=False)
    assert len(merge.masked(source)) == len(source)


def parsing_error(source):
    try:
        merge.parse(source)
    except MergeError as error:
        return error
    return None
