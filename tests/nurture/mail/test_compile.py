"""MJML to HTML and text: compiled once a revision, mistakes named by place."""

import pytest
from django.core.exceptions import ValidationError

from nurture.mail import compile as compiler
from nurture.mail import messages
from nurture.mail.merge import SourceError
from nurture.mail.models import EmailTemplate, Message
from tests.nurture.mail.conftest import MJML


def wrap(content, head=""):
    unsubscribe = '<mj-text><a href="{{ unsubscribe_url }}">Stop</a></mj-text>'
    return (
        f"<mjml><mj-head>{head}</mj-head><mj-body><mj-section><mj-column>\n{content}{unsubscribe}"
        "</mj-column></mj-section></mj-body></mjml>"
    )


def test_html_keeps_markers_and_calls_no_other_host():
    html = compiler.compile_source("s", "", MJML).html
    assert 'Hello {{ contact.first_name, default "there" }}' in html
    assert 'href="{{ piece.url }}"' in html
    assert "fonts." not in html


def test_text_is_read_off_the_html():
    assert compiler.compile_source("s", "", MJML).text == (
        'Hello {{ contact.first_name, default "there" }}\n\n'
        "Elsewhere: https://elsewhere.example/?a=1&b=2 Us: a@b.example\n\n"
        "Read {{ piece.title }}: {{ piece.url }}\n\n"
        "Unsubscribe: {{ unsubscribe_url }} {{ company.address }}\n"
    )


def test_preheader_field_is_the_preview_line_and_not_in_the_text():
    source = wrap("", head="<mj-preview>from the source</mj-preview>")
    compiled = compiler.compile_source("s", "For {{ contact.first_name }} & co", source)
    assert "For {{ contact.first_name }} &amp; co</div>" in compiled.html
    assert "from the source" not in compiled.html
    assert compiled.text == "Stop: {{ unsubscribe_url }}\n"


@pytest.mark.parametrize(
    ("source", "line", "what"),
    [
        ("nope", 1, "There is no <mjml>"),
        ("<mjml><mj-body>", 1, "never closed"),
        (wrap("<mj-txt>a</mj-txt>"), 2, "no MJML element <mj-txt>"),
        (wrap("<mj-text>a"), 2, "cannot stand here"),
        (wrap("<mj-section></mj-section>"), 2, "cannot stand here"),
        (wrap("<mj-image src=x />"), 2, "not in quotes"),
        (wrap('<mj-include path="x" />'), 2, "cannot be sent"),
        (wrap("<mj-text><script>x</script></mj-text>"), 2, "cannot be sent"),
        (wrap('<mj-raw><meta http-equiv="refresh" content="0;url=https://x.example" /></mj-raw>'), 2, "is a script"),
        (wrap('<mj-text><button formaction="javascript:x">a</button></mj-text>'), 2, "is a script"),
        (wrap('<mj-raw><svg><a xlink:href="javascript:x">a</a></svg></mj-raw>'), 2, "cannot be sent"),
        (wrap('<mj-text><b onclick="x">x</b></mj-text>'), 2, "is a script"),
        (wrap('<mj-button href="javascript:x">a</mj-button>'), 2, "not an address"),
        (wrap('<mj-button href="/local">a</mj-button>'), 2, "not an address"),
        (wrap('<mj-button href="{{ contact.first_name }}">a</mj-button>'), 2, "cannot stand here"),
        (wrap('<mj-button href="https://x.example/{{ piece.url }}">a</mj-button>'), 2, "cannot stand here"),
        (wrap('<mj-text color="{{ contact.first_name }}">a</mj-text>'), 2, "cannot stand here"),
        (wrap("", head="<mj-style>{{ piece.title }}</mj-style>"), 1, "cannot stand here"),
        (wrap("<mj-text>{{ nobody }}</mj-text>"), 2, "no value called"),
        (MJML.replace("{{ unsubscribe_url }}", "https://x.example"), 13, "no link to unsubscribe"),
    ],
)
def test_mistake_is_refused_with_line_and_words(source, line, what):
    with pytest.raises(SourceError, match=what) as caught:
        compiler.compile_source("s", "", source)
    assert caught.value.line == line


def test_message_is_made_once_a_revision(template):
    first = messages.message_of(template)
    assert messages.message_of(template) == first
    template.subject = "New"
    template.save_revision().publish()
    second = messages.message_of(EmailTemplate.objects.get())
    assert [message.subject for message in Message.objects.order_by("pk")] == ["{{ piece.title }}", "New"]
    assert second.subject == "New"


def test_draft_is_not_sent(db):
    draft = EmailTemplate.objects.create(name="d", slug="d", subject="s", mjml=MJML, live=False)
    with pytest.raises(messages.NotPublished):
        messages.message_of(draft)


def test_template_saved_by_code_gets_its_first_revision(db):
    template = EmailTemplate.objects.create(name="d", slug="d", subject="s", mjml=MJML)
    message = messages.message_of(template)
    assert messages.message_of(EmailTemplate.objects.get()) == message


def test_clean_shows_the_mistake_at_its_field():
    template = EmailTemplate(name="d", slug="d", subject="{{ x }}", preheader="{{", mjml="<mjml>")
    with pytest.raises(ValidationError) as caught:
        template.clean()
    assert sorted(caught.value.message_dict) == ["mjml", "preheader", "subject"]
