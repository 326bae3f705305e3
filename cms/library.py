"""The one door to what is published: what the site lists, and which piece a reader should see next.

Pieces for customers and for sales only are live pages too, but nothing here lists them unless it is asked to by
name: `published(audience=Audience.CUSTOMERS)`. A piece behind a Wagtail view restriction is never listed.
"""

from datetime import UTC, datetime

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Length, Substr
from wagtail.models import PageViewRestriction, ReferenceIndex

from cms import pictures, points
from cms.models import AssetPage, Author, LibraryRendition
from cms.models.pages import LISTED, AssetTopic

# A piece made live by code may lack the moment: it comes last on either database.
NEWEST_FIRST = (F("first_published_at").desc(nulls_last=True), "-pk")
PAGE_SIZE = 20
QUOTING = 6
QUOTED_AT = "body.quote.profile"  # where Wagtail's index says that a quote names a profile


def published(audience=LISTED, *, topic=None, stage=None, persona=None) -> QuerySet[AssetPage]:
    """Live pieces for `audience` (an Audience, several, or None for all of them), newest first.

    `topic`, `stage` and `persona` (objects or primary keys) each narrow it: a piece has the topic; serves the stage
    first or also; is written for the persona or for all. Never the same piece twice; one query.
    """
    pieces = AssetPage.objects.live().filter(~_restricted()).order_by(*NEWEST_FIRST)
    if audience is not None:
        pieces = pieces.filter(audience__in=[audience] if isinstance(audience, str) else list(audience))
    if topic is not None:
        pieces = pieces.filter(_about([topic]))
    if stage is not None:
        pieces = pieces.filter(Q(primary_stage=stage) | _also_for_stage(stage))
    if persona is not None:
        pieces = pieces.filter(Q(for_all_personas=True) | _for_persona(persona))
    return pieces


def cards(pieces: QuerySet[AssetPage]) -> QuerySet[AssetPage]:
    """`pieces` with what a card in a list shows, covers in card sizes among it, and without their bodies."""
    sizes = LibraryRendition.objects.filter(filter_spec__in=pictures.specs(pictures.CARD))
    covers = Prefetch("cover__renditions", queryset=sizes, to_attr="prefetched_renditions")
    return pieces.select_related("author", "primary_stage", "cover").prefetch_related(covers).defer("body")


def quoting(author: Author, limit: int = QUOTING) -> list[AssetPage]:
    """The public pieces that quote this profile and are not signed by it, newest first, at most `limit`.

    A few queries for any number of pieces: Wagtail's index of references knows which live pages name it.
    """
    rows = ReferenceIndex.get_references_to(author).filter(model_path=QUOTED_AT).values_list("object_id", flat=True)
    ids = [int(pk) for pk in rows if pk.isdecimal()]
    return list(cards(published().filter(pk__in=ids).exclude(author=author))[:limit]) if ids else []


def page_of(pieces: QuerySet[AssetPage], before: str = "", size: int = PAGE_SIZE) -> tuple[list[AssetPage], str]:
    """One page of a newest-first list, and the key of the page of older ones ("" when there is none).

    `before` is such a key, or "" for the newest. No OFFSET: the hundredth page costs what the first does, and a piece
    published meanwhile moves nothing. Raises ValueError for a key that is not ours.
    """
    if before:
        pieces = pieces.filter(_older_than(before))
    found = list(pieces[: size + 1])
    return found[:size], _key(found[size - 1]) if len(found) > size else ""


def next_read(
    *, stage_id=None, persona_id=None, topic_ids=(), read_ids=(), exclude_id=None, limit=3
) -> list[AssetPage]:
    """The `limit` public pieces that a reader should see next, best first. Three queries, whatever the library's size.

    Unread ones come first, always; one already read only fills a place that no unread one can. Among them the most
    points win: the reader's stage (6, or 5 when it is not the piece's first) before the stage after it (4, 3); the
    reader's persona named (3), or all personas (2), before pieces written for others (-3); 2 for each shared topic,
    up to three; 2 when younger than 30 days, 1 when younger than 180, -6 for a timely one past its review date.
    Ties go to the newer piece, then to the higher id: the same question always gets the same answer.
    `exclude_id` (the piece just read) is never in it. What is unknown (None, empty) gives and takes no points.
    """
    pieces = published().exclude(pk=exclude_id) if exclude_id is not None else published()
    scored = scored_for(pieces, stage_id=stage_id, persona_id=persona_id, topic_ids=topic_ids, read_ids=read_ids)
    # Ordered by their keys alone: the database would carry every column of the whole library through its sort.
    best = list(scored.order_by("is_read", "-fit", *NEWEST_FIRST).values_list("pk", flat=True)[:limit])
    by_pk = cards(AssetPage.objects.filter(pk__in=best)).in_bulk()
    return [by_pk[pk] for pk in best]


def scored_for(
    pieces: QuerySet[AssetPage], *, stage_id=None, persona_id=None, topic_ids=(), read_ids=()
) -> QuerySet[AssetPage]:
    """`pieces` with `fit`, the points that `next_read` explains, and `is_read` (1 or 0) for such a reader."""
    return pieces.annotate(
        fit=points.of(stage_id, persona_id, topic_ids),
        is_read=points.first((Q(pk__in=list(read_ids)), 1)) if read_ids else Value(0),
    )


def _key(piece: AssetPage) -> str:
    at = piece.first_published_at
    return f"{at.timestamp():.6f}-{piece.pk}" if at else f"0-{piece.pk}"


def _older_than(key: str) -> Q:
    stamp, dash, pk = key.partition("-")
    is_ours = key.isascii() and dash and pk.isdecimal() and stamp.replace(".", "", 1).isdecimal()
    if not (is_ours and len(key) <= 40 and len(pk) < 19):
        raise ValueError(f"{key[:40]!r} is not the key of a page in this list")
    undated = Q(first_published_at=None, pk__lt=int(pk))
    if float(stamp) == 0:
        return undated
    try:
        at = datetime.fromtimestamp(float(stamp), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{key!r} is not a moment") from error
    return Q(first_published_at__lt=at) | Q(first_published_at=at, pk__lt=int(pk)) | Q(first_published_at=None)


def _restricted() -> Q:
    """Is the page, or one above it, behind a view restriction? In the same query, unlike PageQuerySet.public().

    Most installations have none: that is asked once, and then no page is looked at.
    """
    restrictions = PageViewRestriction.objects.annotate(root=F("page__path"))
    above = restrictions.filter(root=Substr(OuterRef("path"), 1, Length("page__path")))
    return Q(Exists(PageViewRestriction.objects.all())) & Q(Exists(above))


def about(topics) -> QuerySet:
    """The primary keys of all pieces about one of `topics`, to narrow others by."""
    return AssetTopic.objects.filter(tag__in=topics).values("content_object")


def _about(topics) -> Q:
    # A list, not EXISTS, here and below: it is read once, and not for each piece.
    return Q(pk__in=about(topics))


def _also_for_stage(stage) -> Q:
    return Q(pk__in=AssetPage.also_stages.through.objects.filter(buyingstage=stage).values("assetpage"))


def _for_persona(persona) -> Q:
    return Q(pk__in=AssetPage.personas.through.objects.filter(persona=persona).values("assetpage"))
