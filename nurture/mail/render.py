"""The complete message for one recipient: personal links, headers, both parts. No database writes but renditions."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from html import escape
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from cms import clock
from cms.models import AssetPage
from nurture.contacts.models import Contact
from nurture.mail import asking, merge, program
from nurture.mail.models import Delivery, Lane
from tracking import consent, links, modes, tokens, wordings

COVER = "width-1200|format-jpeg|jpegquality-80"
_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
MAX_LINE = 998


class RenderError(ValueError):
    """This mail cannot be made; trying again would not help."""


@dataclass(frozen=True)
class Parts:
    """What the recipient reads."""

    subject: str
    html: str
    text: str


def mail(delivery: Delivery) -> bytes:
    """The message with CRLF line ends. Same Message-ID each time. Raises RenderError."""
    head = "".join(f"{name}: {_line(name, value)}\r\n" for name, value in _own_headers(delivery)).encode()
    if delivery.raw is not None:
        return head + re.sub(rb"\r\n|\r|\n", b"\r\n", bytes(delivery.raw))
    return head + compose(delivery)


def parts(delivery: Delivery) -> Parts:
    """Subject, HTML and text as they are sent. Raises RenderError for a delivery without any content."""
    if delivery.raw is not None:
        return parts_of_raw(bytes(delivery.raw))
    if delivery.message is None:
        raise RenderError(_("The template of this mail is gone."))
    values = {
        **delivery.values,
        "piece.cover": delivery.values.get("piece.cover") or cover_url(delivery.asset),
        "unsubscribe_url": unsubscribe_url(delivery),
        **asking.links(delivery),
    }
    message, layout = delivery.message, program.of_html(delivery.message.html)
    number, sent_at = len(program.destinations(layout, values)), delivery.sent_at or clock.now()

    def track(destination):
        return links.tracked_url(destination, delivery.ref, links=number, sent_at=sent_at)

    html = program.join(layout, values, track, escape=True)
    return Parts(
        subject=merge.clean(merge.render(merge.parse(message.subject), values, escape=False))[:255],
        html=with_unseen(html, delivery.ref, delivery.contact, number) if delivery.lane == Lane.MARKETING else html,
        text=program.join(program.of_text(message.text), values, track, escape=False),
    )


def with_unseen(html: str, ref: UUID, contact: Contact | None, number: int) -> str:
    """The part with what no reader sees at its end: a link that only robots follow, and where the person agreed (or
    their country's rules keep no more than a day) a picture that tells that the mail was opened.
    """
    unseen = ""
    if number:
        trap = links.trap_url(ref, number)
        unseen = f'<a href="{trap}" style="display:none" aria-hidden="true" tabindex="-1"></a>'
    if contact and may_see_opening(contact):
        source = escape(links.open_url(ref, contact.subject))
        unseen += f'<img src="{source}" alt="" width="1" height="1">'
    before, tag, after = html.rpartition("</body>")
    return f"{before}{unseen}{tag}{after}" if tag else html + unseen


def may_see_opening(contact: Contact) -> bool:
    """Asked again when the picture is fetched: this only spares mails a picture that would tell nothing."""
    said = consent.answers([contact.subject], wordings.OPEN_TRACKING).get(contact.subject)
    mode = modes.of_country(contact.country)
    return (mode == modes.CONSENTED and said is True) or (mode == modes.DELIVERABILITY and said is not False)


def parts_of_raw(raw: bytes) -> Parts:
    """What the reader of a complete message sees."""
    message = message_from_bytes(raw, policy=policy.default)
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    return Parts(
        subject=str(message["Subject"] or ""),
        html=html.get_content() if html else "",
        text=text.get_content() if text else "",
    )


def message_id(delivery: Delivery) -> str:
    """The Message-ID, derived from the delivery's ref: the same on every try, and nobody can read a person from it."""
    return f"<{tokens.keyed_hash('message-id', delivery.ref.hex)[:32]}@{sender_address().rpartition('@')[2]}>"


def unsubscribe_url(delivery: Delivery) -> str:
    """The recipient's own link to stop marketing mail."""
    return links.unsubscribe_url(delivery.address_hmac, delivery.contact.subject if delivery.contact else None)


def sender_address() -> str:
    """The bare address that mail is from, and where the mail server reports failures."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def recipient_address(address: str) -> str:
    """`address` as it stands in the envelope: ASCII, domain in IDNA. Raises RenderError."""
    local, _at, domain = address.rpartition("@")
    try:
        found = f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise RenderError(_("“%s” has no domain that mail can be sent to.") % domain) from error
    if not local or not found.isascii() or re.search(r"[\s<>,;]", found):
        raise RenderError(_("“%s” is not an address that this mail server can be asked to deliver to.") % address)
    return found


def cover_url(asset: AssetPage | None) -> str:
    """Absolute address of the piece's cover on our own site, as JPEG; empty without one that mail programs show."""
    if asset is None or asset.cover is None or asset.cover.is_svg():
        return ""
    try:
        url = asset.cover.get_rendition(COVER).url
    except OSError:  # the file is gone: a mail without its picture is better than no mail
        return ""
    return url if url.startswith("http") else f"{settings.BASE_URL}{url}"


def compose(delivery: Delivery) -> bytes:
    """Both parts and the headers that a reader sees, without those that `mail` puts before them."""
    content = parts(delivery)
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = _line("From", settings.DEFAULT_FROM_EMAIL)
    message["To"] = _recipient(delivery)
    message["Subject"] = _line("Subject", content.subject)
    message["Date"] = format_datetime(clock.now())
    message.set_content(content.text, cte="quoted-printable")
    message.add_alternative(content.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def _recipient(delivery: Delivery) -> Address:
    names = (delivery.values.get("contact.first_name", ""), delivery.values.get("contact.last_name", ""))
    address = recipient_address(delivery.address)
    try:
        return Address(_line("To", merge.clean(" ".join(names))[:200]), addr_spec=address)
    except (ValueError, IndexError) as error:
        raise RenderError(_("“%s” is not a mail address.") % delivery.address) from error


def _own_headers(delivery: Delivery) -> list[tuple[str, str]]:
    """Headers that we answer for, whoever composed the rest."""
    headers = [("Message-ID", message_id(delivery)), ("X-Auto-Response-Suppress", "OOF, AutoReply")]
    if delivery.lane in (Lane.MARKETING, Lane.ALERT):
        headers.append(("Auto-Submitted", "auto-generated"))
    if delivery.lane == Lane.MARKETING:
        headers += [
            ("List-Unsubscribe", f"<{unsubscribe_url(delivery)}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("Precedence", "bulk"),
        ]
    return headers


def _line(name: str, value: str) -> str:
    """`value`, or RenderError when it would end the header and begin another."""
    if _UNSAFE.search(value) or len(value.encode()) + len(name) + 2 > MAX_LINE:
        raise RenderError(_("The header %s would hold a line break or be too long; the mail was not made.") % name)
    return value
