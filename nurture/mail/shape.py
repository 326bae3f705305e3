"""Is this MJML? Checked here because the compiler drops what it does not know and says no line number."""

import re
from html.parser import HTMLParser

from django.utils.translation import gettext as _

from nurture.mail.merge import SourceError

ROOTS = ("mj-body", "mj-head")
CONTENT = (
    "mj-accordion", "mj-button", "mj-carousel", "mj-divider", "mj-image", "mj-navbar", "mj-social", "mj-spacer",
    "mj-table", "mj-text",
)  # fmt: skip
HEAD = ("mj-attributes", "mj-breakpoint", "mj-font", "mj-html-attributes", "mj-preview", "mj-style", "mj-title")
# Element -> where it may stand. mj-raw may stand anywhere; under mj-attributes every name is a default.
PARENTS: dict[str, tuple[str, ...]] = {
    "mjml": ("",),
    **dict.fromkeys(ROOTS, ("mjml",)),
    **dict.fromkeys(HEAD, ("mj-head",)),
    **dict.fromkeys(CONTENT, ("mj-column", "mj-hero")),
    "mj-wrapper": ("mj-body",),
    "mj-section": ("mj-body", "mj-wrapper"),
    "mj-hero": ("mj-body", "mj-wrapper"),
    "mj-group": ("mj-section",),
    "mj-column": ("mj-section", "mj-group"),
    "mj-accordion-element": ("mj-accordion",),
    "mj-accordion-title": ("mj-accordion-element",),
    "mj-accordion-text": ("mj-accordion-element",),
    "mj-carousel-image": ("mj-carousel",),
    "mj-navbar-link": ("mj-navbar",),
    "mj-social-element": ("mj-social",),
}
FREE = ("mj-raw", "mj-all", "mj-class", "mj-selector", "mj-html-attribute")
REFUSED = ("mj-include", "script", "iframe", "object", "embed", "form", "base", "svg", "math")
LEADS_AWAY = ("formaction", "http-equiv")  # attributes that act by themselves, as scripts do
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")


def check(source: str) -> None:
    """Raises SourceError with line and column for the first thing that is not MJML, or that no mail may hold."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    reader.finish()


class _Reader(HTMLParser):
    """Walks the elements and keeps the open MJML ones."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, int, int]] = []
        self.seen: set[str] = set()

    def fail(self, what: str, mend: str):
        line, column = self.getpos()
        raise SourceError(line, column + 1, what, mend)

    def handle_starttag(self, tag, attrs):
        self._check_refused(tag, attrs)
        if tag == "mjml" or tag.startswith("mj-"):
            self._check_place(tag)
            self._check_quotes(tag)
            self.open.append((tag, *self.getpos()))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1][0] == tag:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag != "mjml" and not tag.startswith("mj-"):
            return
        if not self.open or self.open[-1][0] != tag:
            expected = f"</{self.open[-1][0]}>" if self.open else _("nothing")
            self.fail(
                _("</%(tag)s> closes what is not open here.") % {"tag": tag},
                _("Expected: %(expected)s.") % {"expected": expected},
            )
        self.open.pop()

    def finish(self):
        """After the last character: everything is closed, and there was a body."""
        if self.open:
            tag, line, column = self.open[-1]
            raise SourceError(line, column + 1, _("<%(tag)s> is never closed.") % {"tag": tag}, _("Write </%s>.") % tag)
        for tag in ("mjml", "mj-body"):
            if tag not in self.seen:
                raise SourceError(
                    1, 1, _("There is no <%(tag)s>.") % {"tag": tag}, _("A mail is <mjml><mj-body>…</mj-body></mjml>.")
                )

    def _check_refused(self, tag, attrs):
        if tag in REFUSED:
            self.fail(_("<%(tag)s> cannot be sent in a mail.") % {"tag": tag}, _("Take it out."))
        if scripted := [name for name, _value in attrs if name.startswith("on") or name in LEADS_AWAY]:
            self.fail(_("“%(name)s” is a script.") % {"name": scripted[0]}, _("Take it out."))

    def _check_place(self, tag):
        parent = self.open[-1][0] if self.open else ""
        self.seen.add(tag)
        if tag not in PARENTS and tag not in FREE:
            self.fail(_("There is no MJML element <%(tag)s>.") % {"tag": tag}, _("Check its spelling."))
        if parent == "mj-attributes" or tag in FREE:
            return
        if parent not in PARENTS[tag]:
            places = ", ".join(f"<{name}>" if name else _("the outermost level") for name in PARENTS[tag])
            self.fail(
                _("<%(tag)s> cannot stand here.") % {"tag": tag},
                _("It stands directly inside: %(places)s.") % {"places": places},
            )

    def _check_quotes(self, tag):
        bare = _QUOTED.sub('""', self.get_starttag_text() or "")
        if bare.count('"') % 2 or re.search(r"=\s*[^\"\s]", bare) or re.search(r"\"\"[^\s/>]", bare):
            self.fail(_("An attribute of <%(tag)s> is not in quotes.") % {"tag": tag}, _('Write name="value".'))
