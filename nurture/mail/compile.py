"""From the MJML that a person writes to what is sent: HTML and text, with the merge markers still in them."""

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

from django.utils.translation import gettext as _
from mjml import mjml2html

from nurture.mail import merge, plaintext, shape
from nurture.mail.merge import HELD, Marker, SourceError

# Where a value may stand inside a tag. In style, class or an event it could become more than text.
ADDRESS_ATTRIBUTES, TEXT_ATTRIBUTES = ("href", "src"), ("alt", "title", "aria-label")
ONLY_ADDRESS = re.compile(r"(https?://|mailto:|tel:|#)", re.IGNORECASE)


@dataclass(frozen=True)
class Compiled:
    """One version of a template, ready to be joined with each recipient's values."""

    subject: str
    preheader: str
    html: str
    text: str


def compile_source(subject: str, preheader: str, mjml: str) -> Compiled:
    """Compile and check. Raises SourceError (MergeError for markers) saying where, what and how to mend."""
    for line in (subject, preheader):
        merge.parse(line)
    held, markers = merge.hold(mjml)
    shape.check(merge.masked(mjml))
    held, markers = _with_preheader(held, markers, preheader)
    try:
        compiled = mjml2html(held, fonts={}, include_loader=_no_includes)
    except ValueError as error:
        raise _as_source_error(str(error), mjml) from error
    _Check(markers, mjml).run(compiled)
    text = plaintext.from_html(compiled)
    return Compiled(subject, preheader, merge.release(compiled, markers), merge.release(text, markers))


def problems(subject: str, preheader: str, mjml: str) -> dict[str, str]:
    """{field: what is wrong, where, how to mend it}; empty when the template can be sent."""
    found = {}
    for field, line in (("subject", subject), ("preheader", preheader)):
        try:
            merge.parse(line)
        except SourceError as error:
            found[field] = str(error)
    try:
        compile_source("", "" if found else preheader, mjml)
    except SourceError as error:
        found["mjml"] = str(error)
    return found


def _with_preheader(held: str, markers: list[Marker], preheader: str) -> tuple[str, list[Marker]]:
    """The field wins over an mj-preview in the source."""
    if not preheader:
        return held, markers
    markers = list(markers)
    texts = []
    for part in merge.parse(preheader):
        if isinstance(part, Marker):
            texts.append(f"{merge.OPEN}{len(markers)}{merge.CLOSE}")
            markers.append(part)
        else:
            texts.append(html.escape(part))
    preview = f"<mj-preview>{''.join(texts)}</mj-preview>"
    held = re.sub(r"<mj-preview\b[^>]*>.*?</mj-preview\s*>|<mj-preview\s*/>", "", held, flags=re.DOTALL)
    if re.search(r"<mj-head\s*>", held):
        return re.sub(r"<mj-head\s*>", lambda found: found[0] + preview, held, count=1), markers
    return re.sub(r"<mjml\b[^>]*>", lambda found: f"{found[0]}<mj-head>{preview}</mj-head>", held, count=1), markers


def _no_includes(path: str) -> str:
    raise ValueError(f"mj-include of {path!r} is not allowed")


def _as_source_error(said: str, mjml: str) -> SourceError:
    found = re.search(r"position (\d+)", said)
    line, column = merge.position(mjml, min(int(found[1]), len(mjml))) if found else (1, 1)
    return SourceError(
        line, column, _("The MJML cannot be read: %s.") % said, _("Check that every element is closed and quoted.")
    )


class _Check(HTMLParser):
    """Looks at the compiled HTML: values stand only where they stay text, links lead where a mail's links may lead."""

    def __init__(self, markers: list[Marker], source: str):
        super().__init__(convert_charrefs=True)
        self.markers, self.source, self.inside, self.hrefs = markers, source, "", []

    def run(self, compiled: str) -> None:
        """Raises SourceError for the first thing that no mail may hold."""
        self.feed(compiled)
        self.close()
        if not any(self._names(href) == ["unsubscribe_url"] for href in self.hrefs):
            raise SourceError(
                self.source.count("\n") + 1,
                1,
                _("There is no link to unsubscribe."),
                _('Add <a href="{{ unsubscribe_url }}">Unsubscribe</a>.'),
            )

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        for name, value in attrs:
            if name in ADDRESS_ATTRIBUTES and tag != "link":
                self._check_address(tag, name, value or "")
            elif name not in TEXT_ATTRIBUTES:
                self._refuse_markers(value or "")
        if HELD.search(re.sub(r"\"[^\"]*\"|'[^']*'", "", self.get_starttag_text() or "")):
            self._refuse_markers(self.get_starttag_text())

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside == "style":
            self._refuse_markers(data)

    def handle_comment(self, data):
        self._refuse_markers(data)

    def _names(self, value):
        return [self.markers[int(number)].name for number in HELD.findall(value)]

    def _refuse_markers(self, value):
        if found := HELD.search(value):
            marker = self.markers[int(found[1])]
            raise SourceError(
                marker.line,
                marker.column,
                _("A value cannot stand here."),
                _("Use it in text, in alt or title, or as the address of a link or picture."),
            )

    def _check_address(self, tag, attribute, value):
        names = self._names(value)
        if attribute == "href" and tag in ("a", "area"):
            self.hrefs.append(value)
        if wrong := [n for n in HELD.finditer(value) if not self._may_be_address(n)]:
            self._refuse_markers(wrong[0][0])
        if not names and not ONLY_ADDRESS.match(value):
            offset = max(self.source.find(value), 0) if value else 0
            raise SourceError(
                *merge.position(self.source, offset),
                _("“%(address)s” is not an address that works in a mail.") % {"address": value[:80]},
                _("Begin it with https:// or mailto:, or use {{ piece.url }}."),
            )

    def _may_be_address(self, found):
        """Only our own addresses, and only at the beginning: a value of a contact cannot choose where a link leads."""
        return found.start() == 0 and self.markers[int(found[1])].name in merge.ADDRESSES
