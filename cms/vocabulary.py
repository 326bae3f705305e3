"""The words that public pieces say in their titles, summaries and texts: counted in the background, part by part.

A part is PART neighbouring numbers of pieces. Nothing tells this of a change: a part whose public pieces are other
ones, or changed, is counted anew, so a piece that is taken off the site takes its words along.
"""

import re
from collections import Counter
from datetime import timedelta

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Count, F, Max
from django.db.models.functions import Coalesce
from wagtail.search.models import IndexEntry

from cms import clock
from cms.library import published
from cms.models import AssetPage, Vocabulary

PART = 200
PARTS_KNOWN = 50  # the newest ten thousand pieces
WORDS_OF_PART = 4000
SETTLED = timedelta(seconds=30)  # the index of the search has it by then
WORD = re.compile(r"[^\W\d_]{4,30}")


def recount() -> int:
    """Count one part anew, or forget one that holds nothing any more; answers 1, or 0 when all is as it was."""
    changed = Coalesce("last_published_at", "first_published_at")
    rows = published().order_by().values(part=F("pk") / PART).annotate(pieces=Count("pk"), changed=Max(changed))
    now = {part: (pieces, at) for part, pieces, at in rows.values_list("part", "pieces", "changed")}
    known = {part: (pieces, at) for part, pieces, at in Vocabulary.objects.values_list("part", "pieces", "changed_at")}
    if gone := known.keys() - now.keys():
        return Vocabulary.objects.filter(part__in=gone).delete()[0]
    quiet = clock.now() - SETTLED
    for part in sorted(now, reverse=True)[:PARTS_KNOWN]:
        pieces, at = now[part]
        if known.get(part) != (pieces, at) and (at is None or at < quiet):
            counted = {"words": _words_of(part), "pieces": pieces, "changed_at": at}
            Vocabulary.objects.update_or_create(part=part, defaults=counted)
            return 1
    return 0


def counted() -> Counter[str]:
    """{word: in how many public pieces}, of the newest parts. One query."""
    total: Counter[str] = Counter()
    for words in Vocabulary.objects.values_list("words", flat=True)[:PARTS_KNOWN]:
        total.update(words)
    return total


def _words_of(part: int) -> dict[str, int]:
    """The words that most pieces of a part say, as the index of the search has their texts."""
    listed = published().order_by().filter(pk__gte=part * PART, pk__lt=(part + 1) * PART)
    entries = IndexEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(AssetPage),
        object_id__in=[str(pk) for pk in listed.values_list("pk", flat=True)],
    )
    fields = ("title_text", "body_text") if connection.vendor == "postgresql" else ("title", "body")
    found: Counter[str] = Counter()
    for texts in entries.values_list(*fields).iterator(chunk_size=50):
        found.update({word for text in texts for word in WORD.findall((text or "").lower())})
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0]))[:WORDS_OF_PART])
