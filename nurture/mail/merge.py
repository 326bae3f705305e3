"""The merge language of mail: `{{ contact.first_name }}` and `{{ contact.first_name, default "there" }}`, nothing else.

Names come from a closed list and values are texts fixed beforehand: there is no attribute access, no call, no filter
and no engine of somebody else's behind it, so a template can reach nothing but these words.
"""

import difflib
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NAMES = {
    "contact.first_name": gettext_lazy("The reader's first name"),
    "contact.last_name": gettext_lazy("The reader's last name"),
    "contact.job_title": gettext_lazy("The reader's job title"),
    "account.name": gettext_lazy("The reader's company"),
    "piece.title": gettext_lazy("Title of the piece that is sent"),
    "piece.summary": gettext_lazy("Its summary"),
    "piece.url": gettext_lazy("Its address; every reader gets a link of their own"),
    "piece.cover": gettext_lazy("Address of its cover picture; without a cover the picture is left out"),
    "sender.name": gettext_lazy("Who the mail is from"),
    "company.name": gettext_lazy("Our name"),
    "company.address": gettext_lazy("Our postal address"),
    "survey.title": gettext_lazy("Title of the survey that is sent"),
    "survey.intro": gettext_lazy("Its introduction"),
    "survey.url": gettext_lazy("Its address for this reader; send such a mail from the survey's own page"),
    "rate.one": gettext_lazy("Address at which the reader gives the piece 1 of 5"),
    "rate.two": gettext_lazy("Address at which the reader gives the piece 2 of 5"),
    "rate.three": gettext_lazy("Address at which the reader gives the piece 3 of 5"),
    "rate.four": gettext_lazy("Address at which the reader gives the piece 4 of 5"),
    "rate.five": gettext_lazy("Address at which the reader gives the piece 5 of 5"),
    "unsubscribe_url": gettext_lazy("The reader's own link to stop this mail"),
}
RATINGS = ("rate.one", "rate.two", "rate.three", "rate.four", "rate.five")
ADDRESSES = ("piece.url", "piece.cover", "survey.url", *RATINGS, "unsubscribe_url")
MAX_SOURCE = 200_000
MAX_VALUE = 2_000
OPEN, CLOSE = "lede-value-", "-here"  # stand round a marker's number while others parse; the MJML compiler
HELD = re.compile(f"{OPEN}(\\d+){CLOSE}")  # writes attributes with anything less plain escaped
_MARKER = re.compile(r'\{\{\s*([A-Za-z_][A-Za-z_.]*)\s*(?:,\s*default\s+"([^"{}<>\n]{0,200})"\s*)?\}\}')
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class SourceError(ValueError):
    """A template that cannot be used: where (line and column from 1), what is wrong and how to mend it."""

    def __init__(self, line: int, column: int, what: str, mend: str):
        super().__init__(
            _("Line %(line)s, column %(column)s: %(what)s %(mend)s")
            % {"line": line, "column": column, "what": what, "mend": mend}
        )
        self.line, self.column, self.what, self.mend = line, column, what, mend


class MergeError(SourceError):
    """A marker that the merge language does not know."""


@dataclass(frozen=True)
class Marker:
    """One `{{ … }}`: which value stands there, what stands there when the value is empty, where it was written."""

    name: str
    default: str
    line: int
    column: int

    @property
    def source(self) -> str:
        """As a person writes it."""
        return f'{{{{ {self.name}, default "{self.default}" }}}}' if self.default else f"{{{{ {self.name} }}}}"


def parse(source: str) -> list[str | Marker]:
    """The literal texts and markers of `source`, in order. Raises MergeError at the first mistake."""
    if len(source) > MAX_SOURCE:
        raise MergeError(1, 1, _("The template is too long."), _("Keep it under 200,000 characters."))
    if found := re.search(f"{OPEN}|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", source):
        raise MergeError(*position(source, found.start()), _("This cannot be sent in a mail."), _("Delete it."))
    parts: list[str | Marker] = []
    at = 0
    while (start := source.find("{{", at)) >= 0:
        found = _MARKER.match(source, start)
        line, column = position(source, start)
        if found is None:
            raise _unreadable(source, start, line, column)
        if found[1] not in NAMES:
            raise _unknown(found[1], line, column)
        parts += [source[at:start], Marker(found[1], found[2] or "", line, column)]
        at = found.end()
    return [part for part in [*parts, source[at:]] if part != ""]


def hold(source: str) -> tuple[str, list[Marker]]:
    """`source` with each marker replaced by its number between OPEN and CLOSE, and the markers: quotes in a default
    cannot confuse a parser of MJML or HTML."""
    markers: list[Marker] = []
    texts = []
    for part in parse(source):
        if isinstance(part, Marker):
            texts.append(f"{OPEN}{len(markers)}{CLOSE}")
            markers.append(part)
        else:
            texts.append(part)
    return "".join(texts), markers


def masked(source: str) -> str:
    """`source` with each marker replaced by as many plain letters: line and column stay what they are."""
    return _MARKER.sub(lambda found: "x" * len(found[0]), source)


def release(held: str, markers: list[Marker]) -> str:
    """`held` with the markers written out again."""
    return HELD.sub(lambda found: markers[int(found[1])].source, held)


def render(parts: Iterable[str | Marker], values: Mapping[str, str], *, escape: bool) -> str:
    """The text for one recipient. With `escape`, values and defaults are made safe for HTML; literal text never is."""
    return "".join(part if isinstance(part, str) else value(part, values, escape=escape) for part in parts)


def value(marker: Marker, values: Mapping[str, str], *, escape: bool) -> str:
    """What stands in the place of `marker`."""
    text = clean(values.get(marker.name) or "") or marker.default
    return html.escape(text) if escape else text


def clean(text: object) -> str:
    """A merge value as one line of visible text of at most MAX_VALUE characters: it may come from anywhere."""
    return _CONTROL.sub(" ", str(text))[:MAX_VALUE].strip()


def position(source: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of `offset`."""
    return source.count("\n", 0, offset) + 1, offset - (source.rfind("\n", 0, offset) + 1) + 1


def _unreadable(source: str, start: int, line: int, column: int) -> MergeError:
    end = source.find("}}", start)
    following = source.find("{{", start + 2)
    if end < 0 or 0 <= following < end:
        return MergeError(line, column, _("This “{{” is never closed."), _("Write “}}” after the name."))
    return MergeError(
        line,
        column,
        _("“%(marker)s” is not a marker.") % {"marker": source[start : end + 2][:60]},
        _('Write {{ contact.first_name }} or {{ contact.first_name, default "there" }}.'),
    )


def _unknown(name: str, line: int, column: int) -> MergeError:
    close = difflib.get_close_matches(name, NAMES, n=1)
    mend = (
        _("Did you mean %(name)s?") % {"name": close[0]}
        if close
        else _("Use one of: %(names)s.") % {"names": ", ".join(NAMES)}
    )
    return MergeError(line, column, _("There is no value called “%(name)s”.") % {"name": name[:60]}, mend)
