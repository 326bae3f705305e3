"""What came of each piece with the people who took it in: the answer to the library's `scorecards`.

The words for it are in `cms.scorecard_words.DEFINITIONS`. Everything is counted from engagements, events, edges and
moves as they are now; the number of statements does not depend on the number of pieces.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from cms import clock
from cms.models import BuyingStage, StaleScorecard
from cms.scorecards import COUNTED, FOLLOWS_DAYS, LONGEST, PERIODS
from nurture.contacts import people
from nurture.contacts.models import Engagement, Exposure, FieldChange, Identity, StageChange
from tracking import batches
from tracking.kinds import READING_KINDS
from tracking.models import Event
from tracking.models.events import Verdict

FOLLOWS = timedelta(days=FOLLOWS_DAYS)
DEEDS = {
    "asset_downloaded": "downloads",
    "asset_rated": "ratings",
    "comment_posted": "comments",
    "poll_answered": "answers",
    "asset_shared": "shares",
}


@dataclass
class Reading:
    """One contact's readings of one piece, and what they were tagged with then."""

    subject: UUID
    stage_now: int | None
    persona_now: int | None
    times: list[datetime] = field(default_factory=list)  # oldest first
    made_for: list[tuple[int | None, list[int]]] = field(default_factory=list)  # (stage, personas) of each


class Histories:
    """Stages and personas of contacts at any time, from their changes. Three queries for any number."""

    def __init__(self, taken_in: QuerySet[Engagement]):
        contacts = taken_in.order_by().values("contact")
        self.order = dict(BuyingStage.objects.values_list("pk", "sort_order"))
        self.moves: dict[int, list[StageChange]] = defaultdict(list)
        for move in StageChange.objects.filter(contact__in=contacts).order_by("at", "pk"):
            self.moves[move.contact_id].append(move)
        self.personas: dict[UUID, list[tuple[datetime, str, str]]] = defaultdict(list)
        changes = FieldChange.objects.filter(subject__in=taken_in.order_by().values("contact__subject"))
        for subject, *change in (
            changes.filter(field="persona").order_by("at", "pk").values_list("subject", "at", "old", "new")
        ):
            self.personas[subject].append(tuple(change))

    def stage(self, contact: int, at: datetime, now: int | None) -> int | None:
        """Just before `at`: a move that the reading itself caused is none of what it was read in."""
        moves = self.moves.get(contact, [])
        before = bisect_left([move.at for move in moves], at)
        if before:
            return moves[before - 1].to_stage_id
        return moves[0].from_stage_id if moves else now

    def persona(self, subject: UUID, at: datetime, now: int | None) -> int | None:
        """As it was known at that moment."""
        changes = self.personas.get(subject, [])
        if not changes:
            return now
        after = bisect_right([change[0] for change in changes], at)
        text = changes[after - 1][2] if after else changes[0][1]
        return int(text) if text else None

    def forward(self, contact: int) -> list[datetime]:
        """When this contact moved forward for good: not where a later move leads back behind."""
        moves, kept = self.moves.get(contact, []), []
        for at, move in enumerate(moves):
            start = self.order.get(move.from_stage_id)
            later = [self.order.get(one.to_stage_id) for one in moves[at + 1 :]]
            stands = start is not None and all(reached is not None and reached > start for reached in later)
            if stands and self.order.get(move.to_stage_id, -1) > start:
                kept.append(move.at)
        return kept


def of_assets(ids: Iterable[int], at: datetime) -> dict[int, dict[int, dict[str, int]]]:
    """{asset id: {days: counts}} of every id, as `ports.scorecards`. Eight queries."""
    ids = sorted(set(ids))
    counted = {pk: {days: dict.fromkeys(COUNTED, 0) for days in PERIODS} for pk in ids}
    _count_known(counted, at)
    unknown = Engagement.objects.filter(event_uuid=OuterRef("uuid"))
    _add(counted, "readers", _by_period(_taken_in(ids, at).filter(~Exists(unknown)), "visitor", "occurred_at", at))
    _add(counted, "became_known", _by_period(_became_known(ids, at), "visitor", "occurred_at", at))
    sent = Exposure.objects.filter(asset__in=ids, sent_at__lte=at, contact__synthetic=False, contact__internal=False)
    _add(counted, "sent", _by_period(sent, "contact", "sent_at", at))
    _count_deeds(counted, at)
    return counted


def mark_stale(asset_ids: Iterable[int | None], contact_ids: Iterable[int] = ()) -> int:
    """Have these pieces counted again, and those that these contacts, whose stage moved, took in. Pieces marked.

    Call it in the transaction that changes what they did, as its last statement: it locks the marks, in order.
    """
    found, contacts = {pk for pk in asset_ids if pk}, set(contact_ids)
    if contacts:
        lately = people.reading().filter(occurred_at__gte=clock.now() - timedelta(days=LONGEST))
        found |= set(lately.filter(contact__in=contacts).order_by().values_list("asset_id", flat=True).distinct())
    now = clock.now()
    rows = [StaleScorecard(asset_id=pk, marked_at=now) for pk in sorted(found)]
    return batches.add(StaleScorecard, rows, ["asset_id"], "marks")


def _count_known(counted: dict, at: datetime) -> None:
    """Readers who are contacts, how many of them it was made for, and their moves after it."""
    taken_in = people.reading().filter(
        asset__in=counted,
        occurred_at__gt=at - timedelta(days=LONGEST),
        occurred_at__lte=at,
        contact__synthetic=False,
        contact__internal=False,
    )
    readings, histories = _readings(taken_in), Histories(taken_in)
    for (asset, contact), reading in readings.items():
        moved = histories.forward(contact)
        for days in PERIODS:
            first = bisect_right(reading.times, at - timedelta(days=days))
            times = reading.times[first:]
            if times:
                row = counted[asset][days]
                row["readers"] += 1
                row["known"] += 1
                row["moves"] += sum(follows(move, times) for move in moved)
                _place(row, reading, first, histories, contact)


def _count_deeds(counted: dict, at: datetime) -> None:
    """What people did with these pieces besides reading, each event once; colleagues' and robots' left out."""
    ours = Engagement.objects.filter(event_uuid=OuterRef("uuid"))
    ours = ours.filter(Q(contact__internal=True) | Q(contact__synthetic=True))
    done = Event.objects.filter(
        asset__in=list(counted),
        kind__in=DEEDS,
        verdict=Verdict.HUMAN,
        occurred_at__gt=at - timedelta(days=LONGEST),
        occurred_at__lte=at,
    ).filter(~Exists(ours))
    in_period = {f"in_{days}": Count("uuid", filter=Q(occurred_at__gt=at - timedelta(days=days))) for days in PERIODS}
    rows = done.order_by().values("asset", "kind").annotate(**in_period).values_list("asset", "kind", *in_period)
    for asset, kind, *numbers in rows:
        for days, number in zip(PERIODS, numbers, strict=True):
            counted[asset][days][DEEDS[kind]] = number


def _readings(taken_in: QuerySet[Engagement]) -> dict[tuple[int, int], Reading]:
    readings: dict[tuple[int, int], Reading] = {}
    about = ("contact__subject", "contact__stage_id", "contact__persona_id")
    rows = taken_in.order_by("occurred_at", "pk").values_list(
        "asset_id", "contact_id", "occurred_at", "stage_id", "personas", *about
    )
    for asset, contact, occurred_at, stage, personas, *who in rows.iterator():
        reading = readings.setdefault((asset, contact), Reading(*who))
        reading.times.append(occurred_at)
        reading.made_for.append((stage, personas))
    return readings


def _place(row: dict[str, int], reading: Reading, first: int, histories: Histories, contact: int) -> None:
    """Was it made for them, at the first reading of the period?"""
    then, (made_stage, made_personas) = reading.times[first], reading.made_for[first]
    stage = histories.stage(contact, then, reading.stage_now)
    persona = histories.persona(reading.subject, then, reading.persona_now)
    if stage is not None and persona is not None:
        row["placed"] += 1
        row["relevant"] += stage == made_stage and persona in made_personas


def follows(move: datetime, times: list[datetime]) -> bool:
    """Was there a reading at the move, or within the days before it? `times` oldest first."""
    before = bisect_right(times, move)
    return bool(before) and move - times[before - 1] <= FOLLOWS


def _taken_in(ids: list[int], at: datetime) -> QuerySet[Event]:
    """What people with consent did with these pieces, as the ledger has it."""
    return Event.objects.filter(
        asset__in=ids,
        verdict=Verdict.HUMAN,
        kind__in=READING_KINDS,
        visitor__isnull=False,
        occurred_at__gt=at - timedelta(days=LONGEST),
        occurred_at__lte=at,
    )


def _became_known(ids: list[int], at: datetime) -> QuerySet[Event]:
    """Of these, what a browser did shortly before it became known whose it is."""
    edges = Identity.objects.filter(visitor=OuterRef("visitor"), revoked_at=None, created_at__lte=at)
    edges = edges.filter(contact__synthetic=False, contact__internal=False)
    tied = _taken_in(ids, at).annotate(tied_at=Subquery(edges.values("created_at")[:1]))
    return tied.filter(tied_at__gt=F("occurred_at"), tied_at__lte=F("occurred_at") + FOLLOWS)


def _by_period(rows: QuerySet, whom: str, moment: str, at: datetime) -> Iterable[tuple]:
    """(asset id, distinct `whom` in each of PERIODS …). One query."""
    in_period = [
        Count(whom, distinct=True, filter=Q(**{f"{moment}__gt": at - timedelta(days=days)})) for days in PERIODS
    ]
    named = {f"in_{days}": count for days, count in zip(PERIODS, in_period, strict=True)}
    return rows.order_by().values("asset").annotate(**named).values_list("asset", *named)


def _add(counted: dict, name: str, rows: Iterable[tuple]) -> None:
    for asset, *numbers in rows:
        for days, number in zip(PERIODS, numbers, strict=True):
            counted[asset][days][name] += number
