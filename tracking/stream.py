"""The ledger as it comes in: the newest events first, narrowed, read by key and never more than REACH of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db.models import QuerySet

from cms import clock
from cms.models import AssetPage
from tracking import words
from tracking.models import Event, Link
from tracking.steps import is_own

ROWS = 50
LONGEST_NAME = 80
REACH = 5_000  # what is looked through for a screenful: a rare kind costs no more than a frequent one
SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}


@dataclass(frozen=True)
class Wanted:
    """Which events: each field narrows, empty lets all through. `before` and `after` are ids to go on from."""

    kind: str = ""
    verdict: str = ""
    asset: int | None = None
    since: str = ""  # a key of SPANS
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class Screenful:
    """The events found, where the older ones begin (None: there are none), the newest id there is, and whether
    the search ended at REACH with more to look through."""

    events: list[Event]
    older: int | None
    newest: int
    is_cut: bool


def read(wanted: Wanted) -> Screenful:
    """A screenful of events, newest first. Three queries, with a bounded cost whatever is asked for."""
    newest = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    top = min(wanted.before, newest + 1) if wanted.before else newest + 1
    floor = max(top - REACH, wanted.after + 1 if wanted.after else 0)
    found = list(_narrowed(wanted).filter(pk__lt=top, pk__gte=floor).order_by("-pk")[: ROWS + 1])
    if wanted.after:
        return Screenful(found[:ROWS], None, newest, len(found) > ROWS)
    if len(found) > ROWS:
        return Screenful(found[:ROWS], found[ROWS - 1].pk, newest, False)
    is_cut = _goes_on(wanted, floor)
    return Screenful(found, floor if is_cut else None, newest, is_cut)


def _narrowed(wanted: Wanted) -> QuerySet[Event]:
    found = Event.objects.all()
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.verdict:
        found = found.filter(verdict=wanted.verdict)
    if wanted.asset:
        found = found.filter(asset=wanted.asset)
    if wanted.since:
        found = found.filter(received_at__gte=clock.now() - SPANS[wanted.since])
    return found


def _goes_on(wanted: Wanted, floor: int) -> bool:
    """Is there anything below `floor` that may be wanted? Ids rise with the time of arrival."""
    below = Event.objects.filter(pk__lt=floor).order_by("-pk").values_list("received_at", flat=True).first()
    return below is not None and (not wanted.since or below >= clock.now() - SPANS[wanted.since])


def lines(events: Iterable[Event]) -> list[dict[str, Any]]:
    """The events as the screen shows them, in words. Two queries. Who it was is not said here."""
    events = list(events)
    assets = {event.asset_id for event in events if event.asset_id}
    titles = dict(AssetPage.objects.filter(pk__in=assets).values_list("pk", "title"))
    refs = {event.link_ref for event in events if event.link_ref}
    labels = dict(Link.objects.filter(ref__in=refs).values_list("ref", "label"))
    return [_line(event, titles.get(event.asset_id, ""), labels.get(event.link_ref, "")) for event in events]


def _line(event: Event, title: str, label: str) -> dict[str, Any]:
    return {
        "event": event,
        "kind": words.said(words.KINDS, event.kind),
        "verdict": words.said(words.VERDICTS, event.verdict),
        "reasons": [words.said(words.REASONS, reason) for reason in event.reasons],
        "title": title,
        "name": _name(event),
        "path": place(event.url),
        "referrer": host(event.referrer),
        "source": words.said(words.SOURCES, event.source),
        "link": label,
        "details": _details(event.properties),
        "said_at": _said_at(event.properties),
    }


def path(url: str) -> str:
    """The path of an address: query and fragment may name people."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts.path or ("/" if parts.netloc else "")


def place(url: str) -> str:
    """Where it was: the path on our own site, with its host on another."""
    return path(url) if is_own(url) else host(url) + path(url)


def host(url: str) -> str:
    """The host of an address, "" for none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _name(event: Event) -> str:
    """What a program calls that which was done in it. Not what looks like somebody's address."""
    name = event.properties.get("event") if event.kind == "action_taken" else ""
    return name[:LONGEST_NAME] if isinstance(name, str) and "@" not in name else ""


def _said_at(properties: dict[str, Any]) -> datetime | None:
    """What the sender's clock said, where it was not believed. A page may send anything under that name."""
    try:
        return datetime.fromisoformat(properties["said_at"])
    except (KeyError, TypeError, ValueError):
        return None


def _details(properties: dict[str, Any]) -> dict[str, int]:
    """Of what the browser sent only how long and how far was read: the rest may name people."""
    return {
        name: int(value)
        for name in ("seconds", "depth")
        if isinstance(value := properties.get(name), int | float) and 0 <= value < 1e6
    }
