"""How well a piece fits a reader, in points that the database adds up (docs/site.md explains the order they give)."""

from datetime import timedelta
from functools import reduce
from operator import add

from django.db.models import BooleanField, Case, F, Func, IntegerField, Q, Value, When

from cms import clock
from cms.models import BuyingStage
from cms.models.pages import ShelfLife

STAGE_NOW, STAGE_NOW_TOO, STAGE_NEXT, STAGE_NEXT_TOO = 6, 5, 4, 3
PERSONA_NAMED, PERSONA_ALL, PERSONA_OTHER = 3, 2, -3
TOPIC_SHARED, TOPICS_COUNTED = 2, 3
FRESH, RECENT, OUT_OF_DATE = 2, 1, -6
FRESH_DAYS, RECENT_DAYS = 30, 180
# Which pieces those are. The points of one page name eight of them: written by Django, they took a sixth of its time.
ABOUT_TODAY = (  # the topic, or what it was merged into since it was read
    "SELECT content_object_id FROM cms_assettopic"
    " WHERE tag_id = %s OR tag_id IN (SELECT into_id FROM cms_mergedtopic WHERE old_id = %s)"
)
ALSO_FOR_STAGE = "SELECT assetpage_id FROM cms_assetpage_also_stages WHERE buyingstage_id = %s"
FOR_PERSONA = "SELECT assetpage_id FROM cms_assetpage_personas WHERE persona_id = %s"
FOR_SOMEBODY = "SELECT assetpage_id FROM cms_assetpage_personas"


def of(stage_id, persona_id, topic_ids):
    """All points of a piece, to annotate with; what is unknown (None, empty) gives and takes none."""
    given = [_freshness()]
    if stage_id is not None:
        given.append(_stage_fit(stage_id))
    if persona_id is not None:
        given.append(_persona_fit(persona_id))
    shared = sorted(set(topic_ids))[:TOPICS_COUNTED]
    given += [first((Among(ABOUT_TODAY, topic, topic), TOPIC_SHARED)) for topic in shared]
    return reduce(add, given)


class Among(Func):
    """Is the piece among those that a statement gives? It is read once, and not for each piece."""

    template = "%(expressions)s IN (%(statement)s)"
    output_field = BooleanField()

    def __init__(self, statement: str, *values):
        super().__init__(F("pk"), statement=statement)
        self.values = values

    def as_sql(self, compiler, connection, **context):
        """With the values of the statement after what it is asked of."""
        sql, params = super().as_sql(compiler, connection, **context)
        return sql, (*params, *self.values)


def first(*cases: tuple[Q | Among, int]) -> Case:
    """The points of the first case that holds, else 0."""
    return Case(
        *(When(when, then=Value(points)) for when, points in cases), default=Value(0), output_field=IntegerField()
    )


def _stage_fit(stage_id) -> Case:
    order = list(BuyingStage.objects.values_list("pk", flat=True))
    after = order[order.index(stage_id) + 1 :][:1] if stage_id in order else []
    cases: list[tuple[Q | Among, int]] = [
        (Q(primary_stage=stage_id), STAGE_NOW),
        (Among(ALSO_FOR_STAGE, stage_id), STAGE_NOW_TOO),
    ]
    for following in after:
        cases += [(Q(primary_stage=following), STAGE_NEXT), (Among(ALSO_FOR_STAGE, following), STAGE_NEXT_TOO)]
    return first(*cases)


def _persona_fit(persona_id) -> Case:
    return first(
        (Among(FOR_PERSONA, persona_id), PERSONA_NAMED),
        (Q(for_all_personas=True), PERSONA_ALL),
        (Among(FOR_SOMEBODY), PERSONA_OTHER),
    )


def _freshness() -> Case:
    now = clock.now()
    return first(
        (Q(shelf_life=ShelfLife.TIMELY, review_by__lt=now.date()), OUT_OF_DATE),
        (Q(first_published_at__gte=now - timedelta(days=FRESH_DAYS)), FRESH),
        (Q(first_published_at__gte=now - timedelta(days=RECENT_DAYS)), RECENT),
    )
