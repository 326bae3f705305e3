"""The message that goes out: personal links, the headers that receivers ask for, nothing injected."""

from email import message_from_bytes, policy

import pytest
from django.conf import settings

from nurture.mail import queue, render
from nurture.mail.render import RenderError
from tracking import tokens


def made(delivery):
    delivery.refresh_from_db()
    raw = render.mail(delivery)
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    return message_from_bytes(raw, policy=policy.default)


def linked(url):
    return tokens.read("link", url.removeprefix(f"{settings.BASE_URL}/t/c/"))


def test_headers_of_a_marketing_mail(delivery, settings):
    message = made(delivery)
    assert message["To"] == "Ada Byron <Ada@northwind.example>".replace("northwind", "Northwind")
    assert message["From"] == settings.DEFAULT_FROM_EMAIL
    assert message["Subject"] == "What a ledger is for"
    assert message["Message-ID"] == render.message_id(delivery)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"] == f"<{render.unsubscribe_url(delivery)}>"
    assert (message["Precedence"], message["Auto-Submitted"]) == ("bulk", "auto-generated")
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_message_id_is_the_same_each_time_and_names_nobody(delivery):
    assert made(delivery)["Message-ID"] == made(delivery)["Message-ID"]
    assert "ada" not in render.message_id(delivery).lower()
    assert delivery.ref.hex not in render.message_id(delivery)


def test_links_are_the_recipients_own(delivery):
    text = made(delivery).get_body(("plain",)).get_content()
    elsewhere, piece, stop = (line.split(": ", 1)[1].split()[0] for line in text.splitlines() if ": " in line)
    sent = {"n": 2, "s": linked(elsewhere)["s"]}
    assert linked(elsewhere) == {"d": "https://elsewhere.example/?a=1&b=2", "r": delivery.ref.hex} | sent
    assert linked(piece) == {"d": f"{settings.BASE_URL}/ledger/", "r": delivery.ref.hex} | sent
    assert stop == render.unsubscribe_url(delivery)


def test_html_has_the_same_links_and_leaves_mailto_and_unsubscribe(delivery):
    html = render.parts(delivery).html
    assert html.count("/t/c/") == 3  # elsewhere, the button, the trap; the picture is left out, there is no cover
    assert 'href="mailto:a@b.example"' in html
    assert f'href="{render.unsubscribe_url(delivery)}"' in html
    assert "<img" not in html
    assert "{{" not in html


def test_values_are_fixed_when_queued(delivery, contact, asset):
    contact.first_name = "Else"
    contact.save()
    asset.title = "Changed"
    asset.save()
    assert "Hello Ada" in render.parts(delivery).text
    assert made(delivery)["Subject"] == "What a ledger is for"


@pytest.mark.parametrize(
    "hostile", ["Ada\r\nBcc: x@y.example", "Ada\u2028Bcc: x", "Ada\x00", "<script>alert(1)</script>"]
)
def test_hostile_name_stays_a_name(contact, template, asset, hostile):
    contact.first_name = hostile
    asset.title = f"For {hostile}"
    delivery = queue.enqueue(contact, template, occasion="rule:1", asset=asset)
    message = made(delivery)
    assert message["Bcc"] is None
    assert len(message["To"].addresses) == 1
    assert message["To"].addresses[0].addr_spec == "Ada@Northwind.example"
    assert "<script>" not in render.parts(delivery).html


def test_header_with_a_line_break_is_refused(delivery, settings):
    settings.DEFAULT_FROM_EMAIL = "Lede <newsroom@lede.example>\r\nBcc: x@y.example"
    with pytest.raises(RenderError, match="line break"):
        render.mail(delivery)


@pytest.mark.parametrize("address", ["a b@x.example", "ü@x.example", "a,b@x.example", "@x.example"])
def test_address_that_no_server_takes_is_refused(delivery, address):
    delivery.address = address
    with pytest.raises(RenderError):
        render.mail(delivery)


def test_domain_of_another_script_is_written_in_ascii(delivery):
    delivery.address = "ada@bücher.example"
    assert made_from(delivery)["To"].addresses[0].addr_spec == "ada@xn--bcher-kva.example"


def made_from(delivery):
    return message_from_bytes(render.mail(delivery), policy=policy.default)


def test_cover_is_an_absolute_address_of_our_own(contact, template, make_asset, make_image):
    asset = make_asset(cover=make_image())
    delivery = queue.enqueue(contact, template, occasion="rule:1", asset=asset)
    html = render.parts(delivery).html
    assert f'src="{settings.BASE_URL}{settings.MEDIA_URL}images/' in html
    assert html.count("/t/c/") == 4  # the picture is a link too


def test_cover_whose_file_is_gone_is_left_out(contact, template, make_asset, make_image):
    cover = make_image()
    cover.file.storage.delete(cover.file.name)
    delivery = queue.enqueue(contact, template, occasion="rule:1", asset=make_asset(cover=cover))
    assert "<img" not in render.parts(delivery).html
