"""Verdicts heard again when there is more to go by: who followed a mail's links how, and what came after.

store()   with the events of a mail's links: a Hearing each
hear()    the loop: all events of those mails around that time -> reasons -> changed verdicts
          -> Event rewritten, a Pending for each of settings.VERDICT_CONSUMERS, in one transaction
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, Window
from django.db.models.functions import RowNumber

from cms import clock
from tracking import batches, months, queries, rollups, verdicts
from tracking.batch import Row
from tracking.models import Event, Hearing, Pending

BATCH = 200
LATE = ("honeypot", "sweep", "no_beacon")  # reasons that only show here; all others came with the request
SCOPE = timedelta(minutes=5)  # how far around an event its evidence reaches
MOST = 300  # events of one mail that are weighed together; with more it is nobody's own any more
SETTLED_SHARE = 2 / 3  # of the settle time: the verdict is there before anything leaves the machine
BEACON_SECONDS = 5  # a page takes this long to report back; with a shorter settle time nobody waits for it
NEAR_TRAP = timedelta(seconds=10)
AFTER_SWEEP = timedelta(seconds=30)
# A sweep: (within, at least so many links, and this share of the mail's). A person opens two or three, seconds apart.
SWEEPS = (
    (timedelta(seconds=2), 3, 0.0),
    (timedelta(seconds=2), 2, 0.6),
    (timedelta(seconds=5), 3, 0.6),
    (timedelta(seconds=60), 4, 0.8),
)


def store(rows: Iterable[Row]) -> int:
    """Ask for a hearing for each of these that came by a mail's own link, in the transaction that stores them."""
    wait = timedelta(seconds=settings.SETTLE_SECONDS * SETTLED_SHARE)
    hearings = [
        Hearing(
            event_uuid=row.event.uuid,
            link_ref=row.event.link_ref,
            occurred_at=row.event.occurred_at,
            due_at=row.event.received_at + (wait if row.event.kind == "link_followed" else timedelta(0)),
        )
        for row in rows
        if row.event.link_ref and row.payload.get("mailed")
    ]
    return batches.insert(Hearing, hearings, ignore_conflicts=True)


def hear(limit: int = BATCH) -> int:
    """Decide at most `limit` hearings that are due; how many."""
    with transaction.atomic():
        due = Hearing.objects.filter(due_at__lte=clock.now()).order_by("due_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        hearings = list(due[:limit])
        if hearings:
            turned = _rewrite(_changed(hearings))
            batches.delete(Hearing, "id", [hearing.pk for hearing in hearings])
            rollups.mark_stale(rollups.days_of(turned))
    return len(hearings)


def is_open(uuid: UUID) -> bool:
    """Is the verdict on this event, or on what came by the same link just before or after, still awaited?"""
    event = queries.stored([uuid]).filter(link_ref__isnull=False).values_list("link_ref", "occurred_at").first()
    if event is None:
        return False
    until = event[1] + timedelta(minutes=1)
    return Hearing.objects.filter(link_ref=event[0], occurred_at__lte=until).exists()


def _changed(hearings: Sequence[Hearing]) -> list[Event]:
    """The events in whose verdict or reasons anything changed, with what is right now. One query.

    Of each mail the first MOST + 1 events are read, and those to be heard: so one mail's flood hides no other's events.
    """
    moments: dict[UUID, list[datetime]] = defaultdict(list)
    for hearing in hearings:
        moments[hearing.link_ref].append(hearing.occurred_at)
    every = [moment for of in moments.values() for moment in of]
    around = (min(every) - 2 * SCOPE, max(every) + 2 * SCOPE)
    theirs = months.within(moment + side for moment in every for side in (-2 * SCOPE, 2 * SCOPE))
    found = Event.objects.filter(theirs, link_ref__in=moments, occurred_at__range=around).order_by("occurred_at", "id")
    nth = Window(RowNumber(), partition_by="link_ref", order_by=("occurred_at", "id"))
    wanted = Q(nth__lte=MOST + 1) | Q(uuid__in=[hearing.event_uuid for hearing in hearings])
    by_ref: dict[UUID, list[Event]] = defaultdict(list)
    for event in found.annotate(nth=nth).filter(wanted):
        by_ref[event.link_ref].append(event)
    changed = []
    for ref, events in by_ref.items():
        late = evidence(events, clock.now())
        first, last = min(moments[ref]) - SCOPE, max(moments[ref]) + SCOPE
        changed += [event for event in events if first <= event.occurred_at <= last and _judge(event, late[event.uuid])]
    return changed


def _judge(event: Event, late: set[str]) -> bool:
    """Put the verdict on the event; is it another than before? What was judged elsewhere is left alone."""
    if event.source == "server":
        return False
    before = (event.verdict, event.reasons)
    kept = [reason for reason in event.reasons if reason not in LATE]
    event.verdict, event.reasons = verdicts.decide([*kept, *late])
    event.is_turned = event.verdict != before[0]
    return (event.verdict, event.reasons) != before


def _rewrite(events: list[Event]) -> list[Event]:
    """Two statements at most; those whose verdict turned. Consumers hear of no others."""
    rows = [{"uuid": event.uuid, "verdict": event.verdict, "reasons": event.reasons} for event in events]
    times = [event.occurred_at for event in events]
    between = ("occurred_at", min(times), max(times)) if times else None  # of all months only these
    batches.update(Event, rows, key="uuid", fields=["verdict", "reasons"], between=between)
    turned = [event for event in events if event.is_turned]
    pending = [Pending(consumer=name, event_uuid=one.uuid) for name in settings.VERDICT_CONSUMERS for one in turned]
    batches.insert(Pending, pending, ignore_conflicts=True)
    return turned


def evidence(events: Sequence[Event], at: datetime) -> dict[UUID, set[str]]:
    """{uuid: late reasons} for the events of one mail, in order of time, as they look at `at`. Pure."""
    if len(events) > MOST:
        return {event.uuid: {"sweep"} for event in events}
    found: dict[UUID, set[str]] = {event.uuid: set() for event in events}
    clicks = [event for event in events if event.kind == "link_followed"]
    for trap in (click for click in clicks if click.properties.get("trap")):
        for event in events:
            if abs(event.occurred_at - trap.occurred_at) <= NEAR_TRAP:
                found[event.uuid].add("honeypot")
    for first, last in sweeps(clicks):
        for event in events:
            until = last if event.kind == "link_followed" else last + AFTER_SWEEP
            if first <= event.occurred_at <= until:
                found[event.uuid].add("sweep")
    for click in clicks:
        if _is_silent(click, events, at):
            found[click.uuid].add("no_beacon")
    return found


def sweeps(clicks: Sequence[Event]) -> list[tuple[datetime, datetime]]:
    """(first, last) of each stretch in which nearly all links of the mail were followed too fast for a person."""
    of = max((int(click.properties.get("links") or 0) for click in clicks), default=0)
    found = []
    for within, least, share in SWEEPS:
        links, end = Counter[str](), 0  # how often each was followed from `first` until before `end`
        for first in clicks:
            while end < len(clicks) and clicks[end].occurred_at - first.occurred_at <= within:
                links[clicks[end].url] += 1
                end += 1
            if len(links) >= max(least, share * of):
                found.append((first.occurred_at, clicks[end - 1].occurred_at))
            links[first.url] -= 1
            if not links[first.url]:
                del links[first.url]
    return _joined(sorted(found))


def _joined(stretches: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Those that overlap as one; a sweep of many links is found from nearly each of them on."""
    found: list[tuple[datetime, datetime]] = []
    for first, last in stretches:
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _is_silent(click: Event, events: Sequence[Event], at: datetime) -> bool:
    """Did it lead to a page of ours that never reported back, though there was time enough?"""
    wait = settings.SETTLE_SECONDS * SETTLED_SHARE
    if click.asset_id is None or wait < BEACON_SECONDS:
        return False
    if (at - click.received_at).total_seconds() < wait:
        return False
    same = [one for one in events if one.asset_id == click.asset_id]
    again = [one.occurred_at for one in same if one.kind == "link_followed" and one.occurred_at > click.occurred_at]
    until = min([click.occurred_at + SCOPE, *again])
    return not any(
        click.occurred_at - timedelta(seconds=1) <= one.occurred_at <= until
        for one in same
        if one.kind not in ("link_followed", "mail_opened")
    )
