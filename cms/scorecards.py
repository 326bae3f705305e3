"""The scorecard of a piece: who marks it, who counts it, who reads it. Its exact words: `scorecard_words.py`.

    a reading, an edge, a verdict, a move of a stage -> StaleScorecard -> refresh -> ports.scorecards -> Scorecard

Everything is counted again as a whole and nothing added up, so a replay and a changed verdict come out right.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median

from django.db import transaction
from django.db.models import Exists, OuterRef

from cms import clock, ports
from cms.models import AssetPage, Scorecard, StaleScorecard

PERIODS = (30, 90, 365)
USUAL, LONGEST = 90, 365
TOO_FEW = 5  # known readers with stage and persona: below that a share says nothing
FEWEST_PEERS = 3
FOLLOWS_DAYS = 30
LIMIT, MOST_READERS, SEEDED = 20, 20_000, 500
PAUSE = timedelta(minutes=5)  # a piece that is read all the time is not counted all the time
COUNTED_PEOPLE = ("readers", "known", "placed", "relevant", "became_known", "moves", "sent")
COUNTED_DEEDS = ("downloads", "ratings", "comments", "answers", "shares")
COUNTED = (*COUNTED_PEOPLE, *COUNTED_DEEDS)


def refresh(limit: int = LIMIT, hurry: bool = False) -> int:
    """Count again what is marked, oldest mark first, and what was not counted today; how many pieces. The loop.

    `hurry` counts again also what was counted a moment ago.
    """
    marks = _marked(limit, hurry)
    if not marks:
        return _mark_old()
    now = clock.now()
    figures = ports.scorecards([mark.asset_id for mark in marks], now)
    _store(marks, figures, now)
    return len(marks)


def of_assets(ids: Iterable[int], days: int = USUAL) -> dict[int, Scorecard]:
    """{asset id: Scorecard} of those that were counted. One query."""
    return {card.asset_id: card for card in Scorecard.objects.filter(asset__in=set(ids), days=days)}


def of_asset(asset_id: int) -> list[Scorecard]:
    """All periods of one piece, shortest first. One query."""
    return list(Scorecard.objects.filter(asset=asset_id).order_by("days"))


def peers(piece: AssetPage, days: int) -> dict[str, float] | None:
    """{"number", "readers", "relevance": medians} of the live pieces of its stage and format; None: too few. One query.

    `relevance` is None when fewer than three of them have one.
    """
    alike = Scorecard.objects.filter(
        days=days, asset__live=True, asset__primary_stage=piece.primary_stage_id, asset__format=piece.format
    )
    rows = list(alike.exclude(asset=piece.pk).values_list("readers", "relevance")[:MOST_READERS])
    if len(rows) < FEWEST_PEERS:
        return None
    shares = [share for _readers, share in rows if share is not None]
    relevance = median(shares) if len(shares) >= FEWEST_PEERS else None
    return {"number": len(rows), "readers": median(readers for readers, _share in rows), "relevance": relevance}


def _marked(limit: int, hurry: bool) -> list[StaleScorecard]:
    """Marks whose piece was not counted a moment ago: as many as have MOST_READERS between them, one at least."""
    cards = Scorecard.objects.filter(asset=OuterRef("asset_id"), days=LONGEST)
    marks = StaleScorecard.objects.order_by("marked_at", "pk")
    if not hurry:
        marks = marks.exclude(Exists(cards.filter(counted_at__gt=clock.now() - PAUSE)))
    taken, readers = [], 0
    known = marks.annotate(readers=cards.values("readers")[:1])
    for mark in known[:limit]:
        readers += mark.readers or 0
        if taken and readers > MOST_READERS:
            break
        taken.append(mark)
    return taken


def _mark_old() -> int:
    """Time alone changes a card: mark live pieces that were not counted today, or never. How many."""
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    fresh = Scorecard.objects.filter(asset=OuterRef("pk"), days=LONGEST, counted_at__gte=today)
    marked = StaleScorecard.objects.filter(asset_id=OuterRef("pk"))
    pieces = AssetPage.objects.live().filter(~Exists(fresh), ~Exists(marked)).order_by("pk")
    ids = list(pieces.values_list("pk", flat=True)[:SEEDED]) if ports.scorecards.is_filled else []
    rows = [StaleScorecard(asset_id=pk, marked_at=clock.now()) for pk in ids]
    StaleScorecard.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _store(marks: list[StaleScorecard], figures: dict, now: datetime) -> None:
    """Keep what was counted, unless it was marked again meanwhile, or another worker was faster."""
    seen = {mark.pk: mark.marks for mark in marks}
    with transaction.atomic():
        held = StaleScorecard.objects.select_for_update().filter(pk__in=seen).order_by("asset_id")
        still = {mark.asset_id: mark.pk for mark in held if mark.marks == seen[mark.pk]}
        there = AssetPage.objects.filter(pk__in=still).values_list("pk", flat=True)
        rows = [_card(pk, days, counted, now) for pk in there for days, counted in figures.get(pk, {}).items()]
        changed = [*COUNTED, "relevance", "counted_at"]
        Scorecard.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["asset", "days"], update_fields=changed
        )
        StaleScorecard.objects.filter(pk__in=still.values()).delete()


def _card(asset_id: int, days: int, counted: dict[str, int], now: datetime) -> Scorecard:
    enough = counted["placed"] >= TOO_FEW
    relevance = round(100 * counted["relevant"] / counted["placed"]) if enough else None
    return Scorecard(asset_id=asset_id, days=days, relevance=relevance, counted_at=now, **counted)
