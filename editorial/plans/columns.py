"""What the columns of a plan mean, and what its cells say: a row as the values of an entry, or why not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms.importers import columns
from cms.importers.columns import text_of, words_of
from cms.importers.notices import Notice
from cms.importers.tagging import ALL_PERSONAS, Tags
from cms.models import Campaign, User
from cms.models.pages import Format
from cms.policies import WRITERS
from editorial.calendar.forms import LAST_DAY
from editorial.models import Entry, PlanBatch
from editorial.schedule import BY_HAND

FIELDS = {
    "title": gettext_lazy("Title"),
    "due_on": gettext_lazy("Due or publish date"),
    "stage": gettext_lazy("Buying stage"),
    "personas": gettext_lazy("Personas"),
    "topics": gettext_lazy("Topics"),
    "format": gettext_lazy("Format"),
    "assignee": gettext_lazy("Owner"),
    "step": gettext_lazy("Step"),
    "campaign": gettext_lazy("Campaign"),
    "question": gettext_lazy("Question it answers"),
    "notes": gettext_lazy("Notes"),
    "key": gettext_lazy("Its id"),
}
NAMES = columns.NAMES
KNOWN = {
    "title": (*NAMES["title"], "working title", "idea", "content"),
    "due_on": ("due", "due on", "due date", "planned for", "planned", "deadline", "day", "when", *NAMES["published"]),
    "stage": NAMES["stage"],
    "personas": NAMES["personas"],
    "topics": NAMES["topics"],
    "format": NAMES["format"],
    "assignee": (*NAMES["owner"], "assignee", "assigned to", "who", *NAMES["authors"]),
    "step": ("step", "status", "state", "progress"),
    "campaign": ("campaign", "campaign name", "utm campaign", "initiative"),
    "question": ("question", "question it answers", "brief question", "reader question", "brief", "angle"),
    "notes": ("note", "notes", "comment", "comments", "remarks", "summary", "description"),
    "key": NAMES["key"],
}  # fmt: skip
SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})")
FIRST_DAY = date(2000, 1, 1)
SHOWN_NAMES = 15
MAX_KEY = 100
PERSON = gettext_lazy("Give a user name, a mail address or a full name of somebody who plans, as in Settings › Users.")


@dataclass
class Row:
    """One row: its number, the values of the entry that it means, what it says in plain words, and what is wrong."""

    number: int
    title: str = ""
    key: str = ""
    values: dict = field(default_factory=dict)
    said: dict = field(default_factory=dict)
    wrong: list[Notice] = field(default_factory=list)

    def tell(self, why: str, mend: str) -> None:
        """Say why it cannot be taken as it is."""
        self.wrong.append(Notice(self.number, why, mend, self.title[:80]))


def recognised(head: Sequence[str]) -> list[str]:
    """The field of each column, "" where its name says none."""
    return columns.recognised(head, {field: (str(FIELDS[field]), *names) for field, names in KNOWN.items()})


def is_unclear(text: str) -> bool:
    """Could the first number be the day as well as the month, and would it make a difference?"""
    found = SLASHED.fullmatch(text)
    return bool(found) and int(found[1]) <= 12 and int(found[2]) <= 12 and int(found[1]) != int(found[2])


def day(text: str, order: str) -> date | None:
    """The day that a cell means; None where it is none. `order`: for days that can be meant in two ways."""
    found = SLASHED.fullmatch(text)
    if not found:
        read = columns.day_of(text)
        if isinstance(read, datetime):
            return (timezone.localtime(read) if timezone.is_aware(read) else read).date()
        return read
    first, second, year = (int(part) for part in found.groups())
    month_first = second > 12 or (order == PlanBatch.Order.MONTH and first <= 12)
    try:
        return date(year if year > 99 else 2000 + year, *((first, second) if month_first else (second, first)))
    except ValueError:
        return None


class Reader:
    """Reads rows by their columns; what the library knows is read once for all of them."""

    def __init__(self, fields: Sequence[str], order: str = ""):
        self.fields, self.order = fields, order
        self.tags = Tags()
        self.topics = {slugify(topic.name)[:100]: topic for topic in self.tags.topics.values()} | self.tags.topics
        self.writers = set(User.objects.filter(is_active=True, groups__name__in=WRITERS).values_list("pk", flat=True))
        self.campaigns: dict[str, Campaign | None] = {}
        self.first: dict[str, int] = {}  # in which row each key stands first
        self.taken: set[int] = set()  # the entries that a row stands for already
        self.steps = {slugify(word): step for step in Entry.Step for word in (step.value, step.label)}

    def read(self, number: int, cells: Sequence[object]) -> Row:
        """The row, with what is wrong with it. An empty cell says nothing."""
        found = {name: cell for name, cell in zip(self.fields, cells, strict=False) if name and text_of(cell)}
        text = {name: text_of(cell) for name, cell in found.items()}
        row = Row(number, text.pop("title", ""))
        row.values["title"] = row.title
        if not row.title:
            row.tell(_("It has no title"), _("A title is enough to plan a piece; write one."))
        elif len(row.title) > 200:
            row.tell(_("Its title has more than 200 characters"), _("Shorten it."))
        key = text.pop("key", "")
        for name, words in text.items():
            getattr(self, f"_{name}")(row, words if name not in ("notes", "question") else _lines(found[name]))
        row.said = {name: _said(value) for name, value in row.values.items()}
        row.key = f"id:{key[:MAX_KEY]}" if key else f"on:{row.said.get('due_on', '')} {row.title[:200].casefold()}"
        before = self.first.setdefault(row.key, number)
        if before != number and not row.wrong:
            mend = _("Take one of the two away, or give each an id of its own.")
            row.tell(_("It stands in row %s already") % before, mend)
        return row

    def _due_on(self, row: Row, text: str) -> None:
        if is_unclear(text) and not self.order:
            row.tell(_("“%s” can be two days") % text, _("Say above whether the day or the month comes first."))
            return
        found = day(text, self.order)
        if found is None:
            row.tell(_("“%s” is not a date") % text[:60], _("Write it as 2027-03-31."))
        elif not FIRST_DAY <= found <= LAST_DAY:
            row.tell(_("“%s” is beyond the calendar") % text[:60], _("Write a day between 2000 and 2199."))
        else:
            row.values["due_on"] = found

    def _stage(self, row: Row, text: str) -> None:
        found = self.tags.stages.get(slugify(text))
        self._put(row, "stage", found, _("There is no stage “%s”") % text[:80], _known(self.tags.stages))

    def _personas(self, row: Row, text: str) -> None:
        words = [word for word in words_of(text) if slugify(word) not in ALL_PERSONAS]
        for word in words:
            if slugify(word) not in self.tags.personas:
                row.tell(_("There is no persona “%s”") % word[:80], _known(self.tags.personas))
        row.values["personas"] = _found(words, self.tags.personas)

    def _topics(self, row: Row, text: str) -> None:
        words = words_of(text)
        for word in words:
            if slugify(word)[:100] not in self.topics:
                row.tell(_("There is no topic “%s”") % word[:80], _known(self.topics))
        row.values["topics"] = _found(words, self.topics)

    def _format(self, row: Row, text: str) -> None:
        mend = _("Known: %s.") % ", ".join(str(label) for label in Format.labels)
        self._put(row, "format", columns.format_of(text), _("There is no format “%s”") % text[:80], mend)

    def _assignee(self, row: Row, text: str) -> None:
        found = self.tags.person(text)
        found = found if found and found.pk in self.writers else None
        self._put(row, "assignee", found, _("Nobody who plans is “%s”") % text[:80], str(PERSON))

    def _step(self, row: Row, text: str) -> None:
        found = self.steps.get(slugify(text))
        names = ", ".join(str(step.label) for step in BY_HAND)
        if found and found not in BY_HAND:
            why = _("The step “%s” is not set by hand") % found.label
            row.tell(why, _("It follows the page. Leave it empty, or one of: %s.") % names)
            return
        self._put(row, "step", found, _("There is no step “%s”") % text[:80], _("Known: %s.") % names)

    def _campaign(self, row: Row, text: str) -> None:
        if text not in self.campaigns:
            named = list(Campaign.objects.filter(Q(name__iexact=text) | Q(utm_campaign__iexact=text))[:2])
            self.campaigns[text] = named[0] if len(named) == 1 else None
        mend = _("Give its name, or what stands in links as utm_campaign, as under Library › Campaigns.")
        self._put(row, "campaign", self.campaigns[text], _("There is no one campaign “%s”") % text[:80], mend)

    def _question(self, row: Row, text: str) -> None:
        row.values["question"] = text

    def _notes(self, row: Row, text: str) -> None:
        row.values["notes"] = text

    def _put(self, row: Row, name: str, found, why: str, mend: str) -> None:
        if found:
            row.values[name] = found
        else:
            row.tell(why, mend)


def _lines(cell: object) -> str:
    """Longer text keeps its lines."""
    text = str(cell).replace("\r\n", "\n").strip()
    return text[1:] if re.match(r"'[=+\-@]", text) else text


def _found(words: list[str], known: dict) -> list:
    found = (known.get(slugify(word)[:100]) for word in words)
    return list(dict.fromkeys(row for row in found if row))


def _known(rows: dict) -> str:
    """The names there are, as many as a person reads."""
    names = sorted({str(row) for row in rows.values()}) if rows else []
    more = "" if len(names) <= SHOWN_NAMES else ", …"
    return _("Known: %s.") % (", ".join(names[:SHOWN_NAMES]) + more if names else _("none yet"))


def _said(value) -> object:
    """As JSON: rows by their keys, days by ISO."""
    if isinstance(value, list):
        return sorted(row.pk for row in value)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str) else value.pk
