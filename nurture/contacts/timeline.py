"""One stream of everything that happened with a contact, newest first, in content terms.

Each package registers where its part of the stream comes from (`source`) and how a decision is explained
(`explainer`). The stream is read by key: of every source the few rows after the last one shown, then merged.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from cms.models import AssetPage
from nurture.contacts.models import Contact

ROWS = 20


@dataclass
class Entry:
    """One line of the stream. `why` holds (question, answer) pairs, opened on demand."""

    source: str
    pk: int
    at: datetime
    text: str
    icon: str = "info-circle"
    note: str = ""  # a second line: a reason, the words that were said
    url: str = ""
    tone: str = ""  # "good", "bad": shown in words too
    asset_id: int | None = None
    decision: tuple | None = None  # what an explainer finds the decision by
    why: list[tuple[str, str]] = field(default_factory=list)

    @property
    def key(self) -> tuple:
        """Its place in the stream: a total order over all sources."""
        return (self.at, self.source, self.pk)


class BadCursor(ValueError):
    """The "older" address was not made by us."""


@dataclass(frozen=True)
class Window:
    """What a source is asked for: its rows after the last one shown, one more than fits on the screen."""

    source: str
    after: tuple[datetime, str, int] | None
    rows: int = ROWS + 1

    def of(self, queryset: QuerySet, at: str) -> QuerySet:
        """The newest rows of `queryset` by the field `at` that come after the last one shown."""
        if self.after:
            when, source, pk = self.after
            older = Q(**{f"{at}__lt": when})
            if self.source < source:
                older = Q(**{f"{at}__lte": when})
            elif self.source == source:
                older |= Q(**{at: when, "pk__lt": pk})
            queryset = queryset.filter(older)
        return queryset.order_by(F(at).desc(), "-pk")[: self.rows]


@dataclass
class Stream:
    """A screenful, and where the next begins ("" when there is none)."""

    entries: list[Entry]
    older: str


Source = Callable[[Contact, Window], Iterable[Entry]]
_sources: dict[str, Source] = {}
_explainers: list[Callable[[Contact, list[Entry]], Any]] = []


def source(name: str) -> Callable[[Source], Source]:
    """Decorator: entries called `name` come from this function(contact, window). Raises ValueError for a double."""

    def add(function: Source) -> Source:
        if name in _sources:
            raise ValueError(f"The timeline source {name!r} is registered twice")
        _sources[name] = function
        return function

    return add


def explainer(function: Callable[[Contact, list[Entry]], Any]):
    """Decorator: function(contact, entries) fills `why` of those entries of a screenful that it can explain."""
    _explainers.append(function)
    return function


def read(contact: Contact, cursor: str = "") -> Stream:
    """A screenful of the stream after `cursor` ("" = from now). As many queries for 3 rows as for 3,000.

    Raises BadCursor for a cursor that is not ours.
    """
    after = _parsed(cursor) if cursor else None
    merged = [entry for name, ask in _sources.items() for entry in ask(contact, Window(name, after))]
    merged.sort(key=lambda entry: entry.key, reverse=True)
    shown = merged[:ROWS]
    for explain in _explainers:
        explain(contact, shown)
    _link_pieces(shown)
    return Stream(shown, _cursor(shown[-1]) if len(merged) > ROWS else "")


def _link_pieces(entries: list[Entry]) -> None:
    """Link pieces that are still there. Page.get_url would ask the database for each one's site."""
    ids = {entry.asset_id for entry in entries if entry.asset_id}
    urls = {page.pk: page.url for page in AssetPage.objects.filter(pk__in=ids, live=True).only("pk", "url_path")}
    for entry in entries:
        entry.url = entry.url or urls.get(entry.asset_id) or ""


def _cursor(entry: Entry) -> str:
    return f"{entry.at.astimezone(UTC).isoformat()}~{entry.source}~{entry.pk}"


def _parsed(cursor: str) -> tuple[datetime, str, int]:
    parts = cursor.split("~")
    try:
        when, name, pk = datetime.fromisoformat(parts[0]), parts[1], int(parts[2])
        utc = when.astimezone(UTC)
    except (ValueError, IndexError, OverflowError) as error:
        raise BadCursor(cursor) from error
    if when.tzinfo is None or name not in _sources or len(parts) != 3:
        raise BadCursor(cursor)
    return utc, name, pk
