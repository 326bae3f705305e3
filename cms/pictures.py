"""In which sizes the site shows covers, and how they are made before a reader has to wait for them."""

import logging
from functools import cache

from django.db.models import Count, Q
from wagtail.images.models import Filter, SourceImageIOError

from cms.models import AssetPage, LibraryImage
from cms.models.pages import Audience

logger = logging.getLogger(__name__)

# AVIF saves the most and takes ten times as long to make as WebP: only where a picture fills the page.
CARD = "format-{webp,jpeg}|width-{480,960}"
COVER = "format-{avif,webp,jpeg}|width-{960,1600}"
PATTERNS = {"card": CARD, "head": COVER}
# What others show when they link to the piece: a format that all of them know. One of COVER's.
SHARED = "format-jpeg|width-960"
MOST_BROKEN = 20


@cache
def specs(pattern: str) -> tuple[str, ...]:
    """The single filter specs that a pattern stands for, as Wagtail names them."""
    return tuple(Filter.expand_spec(pattern))


def prepare(image: LibraryImage, *patterns: str) -> int:
    """Make the sizes of a cover that are still missing (all of them, or only those of the patterns named); answers
    how many of these the image now has. CARD alone takes a fifth of a second, all of them two or three."""
    wanted = {spec for pattern in patterns or (CARD, COVER) for spec in specs(pattern)}
    return len(image.get_renditions(*sorted(wanted)))


def prepare_missing() -> int:
    """Make one size that a published cover lacks, those of cards first; answers 1, or 0 when there is none to make.

    One size takes a second at most, so other background work is not kept waiting. A picture whose file is missing
    or broken is passed over: its page shows an empty frame, and the log says why.
    """
    wanted = list(dict.fromkeys([*specs(CARD), *reversed(specs(COVER))]))
    made = Count("cover__renditions", filter=Q(cover__renditions__filter_spec__in=wanted))
    pieces = AssetPage.objects.live().exclude(audience=Audience.SALES_ONLY).exclude(cover=None)
    lacking = pieces.annotate(made=made).filter(made__lt=len(wanted)).order_by("made", "-pk")
    for piece in lacking.select_related("cover").defer("body")[:MOST_BROKEN]:
        have = set(piece.cover.renditions.values_list("filter_spec", flat=True))
        try:
            piece.cover.get_rendition(next(spec for spec in wanted if spec not in have))
        except (OSError, SourceImageIOError) as error:
            logger.warning("The cover of piece %s cannot be drawn in other sizes: %s", piece.pk, error)
        else:
            return 1
    return 0
