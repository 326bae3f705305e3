"""Which browser, and which of its visits, an event belongs to."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from tracking import batches
from tracking.batch import Batch, Row
from tracking.models import Session, Visitor

PAUSE = timedelta(minutes=30)  # a longer one begins a new visit


def put_visitor(batch: Batch) -> None:
    """The visitor with the event's key, made when new; its first and last moment widened."""
    spans: dict[UUID, tuple] = {}
    keys = {id(row): UUID(key) for row in batch.rows if (key := row.payload.get("visitor"))}
    if not keys:
        return
    for row in batch.rows:
        if key := keys.get(id(row)):
            at = row.event.occurred_at
            first, last = spans.get(key, (at, at))
            spans[key] = min(first, at), max(last, at)
    known = _widened(spans)
    for row in batch.rows:
        if key := keys.get(id(row)):
            row.event.visitor_id = known[key]


def put_session(batch: Batch) -> None:
    """The visit that the event falls into: less than PAUSE from another event of the same visitor."""
    rows = sorted((row for row in batch.rows if row.event.visitor_id), key=lambda row: row.event.occurred_at)
    if not rows:
        return
    near = Session.objects.filter(
        visitor__in={row.event.visitor_id for row in rows},
        last_at__gte=rows[0].event.occurred_at - PAUSE,
        started_at__lte=rows[-1].event.occurred_at + PAUSE,
    )
    visits: dict[int, list[Session]] = defaultdict(list)
    for session in near.order_by("started_at"):
        visits[session.visitor_id].append(session)
    before = {session.pk: (session.started_at, session.last_at) for of in visits.values() for session in of}
    chosen = [(row, _visit(visits[row.event.visitor_id], row)) for row in rows]
    _store(visits, before)
    for row, session in chosen:
        row.event.session_id = session.pk


def _widened(spans: dict[UUID, tuple]) -> dict[UUID, int]:
    """{key: id}; new visitors inserted, known ones whose span grew updated. In key order, against deadlocks."""
    known = _stored(spans)
    new = [
        Visitor(key=key, first_seen_at=first, last_seen_at=last)
        for key, (first, last) in sorted(spans.items())
        if key not in known
    ]
    ids = dict(batches.insert_returning(Visitor, new, ["key", "id"], ignore_conflicts=True))
    if len(ids) < len(new):  # another worker made some of them a moment ago
        known |= _stored({one.key for one in new} - ids.keys())
    grown = []
    for key, (pk, *seen) in sorted(known.items()):
        span = [min(spans[key][0], seen[0]), max(spans[key][1], seen[1])]
        if span != seen:
            grown.append({"id": pk, "first_seen_at": span[0], "last_seen_at": span[1]})
    batches.update(Visitor, grown, fields=["first_seen_at", "last_seen_at"])
    return ids | {key: pk for key, (pk, *_) in known.items()}


def _stored(keys: Iterable[UUID]) -> dict[UUID, tuple]:
    """{key: (id, first seen, last seen)}, held until the transaction ends: two workers may widen the same one."""
    found = Visitor.objects.select_for_update().filter(key__in=set(keys)).order_by("key")
    return {key: tuple(rest) for key, *rest in found.values_list("key", "id", "first_seen_at", "last_seen_at")}


def _visit(visits: list[Session], row: Row) -> Session:
    """The visit of one visitor that holds this event, widened to it; a new one when none is near."""
    at = row.event.occurred_at
    for session in reversed(visits):
        if session.started_at - PAUSE < at < session.last_at + PAUSE:
            session.started_at, session.last_at = min(session.started_at, at), max(session.last_at, at)
            return session
    visits.append(Session(visitor_id=row.event.visitor_id, started_at=at, last_at=at))
    return visits[-1]


def _store(visits: dict[int, list[Session]], before: dict[int, tuple]) -> None:
    """Insert the new visits and update those that grew: two statements. New ones learn their keys."""
    every = [session for of in visits.values() for session in of]
    new = {(one.visitor_id, one.started_at): one for one in every if one.pk is None}
    for visitor, started_at, pk in batches.insert_returning(Session, new.values(), ["visitor", "started_at", "id"]):
        new[visitor, started_at].pk = pk
    grown = [one for one in every if one.pk in before and (one.started_at, one.last_at) != before[one.pk]]
    rows = [{"id": one.pk, "started_at": one.started_at, "last_at": one.last_at} for one in grown]
    batches.update(Session, rows, fields=["started_at", "last_at"])
