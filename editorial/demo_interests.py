"""What the demo company's readers care about: a short list with rhythms, and searches of the last weeks."""

from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from cms import clock
from cms.models import Topic, User
from cms.policies import WRITERS
from editorial.models import Interest
from tracking import pipeline
from tracking.models import Draft

LIST = (
    ("excursions", 1, "What every first call is about"),
    ("claims-and-cost", 6, "Finance reads nothing else"),
    ("compliance", 8, "Audits come in spring and autumn"),
    ("integration", 3, ""),
)
SEARCHES = (
    ("temperature alarm", 6),
    ("people on nights", 0),
    ("waste claim", 3),
    ("dry ice", 0),
    ("dry ice", 0),
    ("carriers", 5),
)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def load(say) -> None:
    """The list and the searches, once."""
    topics = {topic.slug: topic for topic in Topic.objects.filter(slug__in=[slug for slug, *_ in LIST])}
    if not topics or Interest.objects.exists():
        return
    writer = User.objects.filter(groups__name__in=WRITERS, is_active=True).order_by("pk").first()
    Interest.objects.bulk_create(
        Interest(topic=topics[slug], every_weeks=weeks, note=note, owner=writer, sort_order=at)
        for at, (slug, weeks, note) in enumerate(LIST)
        if slug in topics
    )
    drafts = [_search(number, words, results) for number, (words, results) in enumerate(SEARCHES * 2)]
    with transaction.atomic():
        pipeline.record(drafts, taken=len(drafts))
    say(f"Interests: {len(topics)} topics with a rhythm, {len(drafts)} searches on the site")


def _search(number: int, words: str, results: int) -> Draft:
    at = clock.now() - timedelta(days=2 * number, hours=3)
    return Draft(
        uuid=uuid5(NAMESPACE_URL, f"demo search {number} {words}"),
        kind="site_searched",
        source="site",
        occurred_at=at,
        received_at=at,
        payload={"properties": {"words": words, "results": results}},
        facts={"ua": BROWSER, "method": "POST", "scope": "history"},
    )
