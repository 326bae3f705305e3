"""The calendar for other calendar programs, as RFC 5545 has it: plans are whole days, real dates are moments.

Moments stand in UTC, which every program shows in its own time zone: descriptions of time zones, as libraries make them
for a feed, are read differently by different programs, and wrongly around a change of the clocks.
"""

from collections.abc import Iterable
from datetime import UTC, timedelta, tzinfo
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from cms import clock
from editorial.calendar.cards import Card, Lane
from editorial.calendar.span import Span
from editorial.models import CalendarFeed

BEFORE, AFTER = timedelta(days=92), timedelta(days=400)  # how far a feed looks back and ahead
ASKED_AGAIN = timedelta(hours=1)
SHOWN = timedelta(minutes=30)  # how long a moment looks in a day


def subscribe(user, *, name: str, query: str) -> tuple[CalendarFeed, str]:
    """A new feed and the secret of its address, which nobody can read again later."""
    secret = token_urlsafe(32)
    return CalendarFeed.objects.create(user=user, name=name, query=query, digest=_digest(secret)), secret


def revoke(feed: CalendarFeed) -> None:
    """Let the address end."""
    CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=clock.now())


def find(secret: str) -> CalendarFeed | None:
    """The feed of that address, unless it was revoked or its owner has left."""
    feeds = CalendarFeed.objects.select_related("user").filter(revoked_at=None, user__is_active=True)
    return feeds.filter(digest=_digest(secret)).first()


def span(today) -> Span:
    """The days that a feed holds."""
    return Span(today - BEFORE, today + AFTER)


def write(name: str, cards: Iterable[Card], zone: tzinfo, *, all_told: bool) -> bytes:
    """The feed's text. `all_told`: with step, format and who works on it; otherwise titles and dates only."""
    calendar = Calendar()
    calendar.add("prodid", "-//Lede//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", str(zone))
    calendar.add("refresh-interval", ASKED_AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")  # Outlook knows no other
    for card in cards:
        if card.slot and card.done:
            continue  # what fills it stands in the feed itself, and room that is over helps nobody
        calendar.add_component(_event(card, all_told))
    return calendar.to_ical()


def mark(text: bytes) -> str:
    """By which a program knows that nothing changed since it asked last: of all but the moment it was written."""
    return sha256(b"".join(line for line in text.splitlines() if not line.startswith(b"DTSTAMP"))).hexdigest()


def _event(card: Card, all_told: bool) -> Event:
    """One card. Its number grows with every change, so that programs take the newer one; its name never changes."""
    event = Event()
    event.add("uid", f"{card.key}@{urlsplit(settings.BASE_URL).hostname}")
    event.add("sequence", card.version)
    event.add("dtstamp", clock.now())
    is_plain = card.lane in (Lane.DUE, Lane.PUBLISH, Lane.SLOT) or not all_told
    event.add("summary", card.title if is_plain else f"{card.lane.label}: {card.title}")
    if card.at:
        event.add("dtstart", card.at.astimezone(UTC))
        event.add("dtend", (card.at + SHOWN).astimezone(UTC))
    else:
        event.add("dtstart", card.day)
        last = card.slot.last_day if card.slot else card.day
        event.add("dtend", last + timedelta(days=1))
    event.add("status", "CONFIRMED" if card.at else "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    if address := _address(card, all_told):
        event.add("url", settings.BASE_URL + address)
    if all_told and card.entry:
        event.add("description", _told(card))
    return event


def _address(card: Card, all_told: bool) -> str:
    """Where to open it: the plan for those who write, the piece itself for the others once it is live."""
    if not all_told:
        return card.page.url or "" if card.done and card.page.live else ""
    if card.slot:
        return reverse("editorial:slot", args=[card.pk])
    name, pk = ("editorial:edit", card.pk) if card.entry else ("wagtailadmin_pages:edit", card.pk)
    return reverse(name, args=[pk])


def _told(card: Card) -> str:
    entry = card.entry
    parts = [entry.get_step_display(), entry.get_format_display(), entry.stage or _("No stage yet")]
    return " · ".join(str(part) for part in (*parts, entry.assignee or _("Nobody assigned")))


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
