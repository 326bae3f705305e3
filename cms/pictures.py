"""In which sizes the site shows covers, and how they are made before a reader has to wait for them."""

import logging
from functools import cache

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from wagtail.images.models import Filter, SourceImageIOError
from wagtail.models import ReferenceIndex

from cms.models import AssetPage, LibraryImage
from cms.models.pages import Audience

logger = logging.getLogger(__name__)

# AVIF saves the most and takes ten times as long to make as WebP: only where a picture fills the page.
CARD = "format-{webp,jpeg}|width-{480,960}"
COVER = "format-{avif,webp,jpeg}|width-{960,1600}"
PATTERNS = {"card": CARD, "head": COVER}
# What others show when they link to the piece: a format that all of them know. One of COVER's.
SHARED = "format-jpeg|width-960"
# Where else a page shows a picture, as Wagtail's index of references calls it, and its sizes in the templates.
ELSEWHERE = {
    "body.image": ("format-{webp,jpeg}|width-{960,1600}",),
    "portrait": ("format-{webp,jpeg}|fill-240x240", "format-{webp,jpeg}|fill-160x160"),
    "body.quote.portrait": ("format-{webp,jpeg}|fill-160x160",),
    "body.video.poster": ("format-{webp,jpeg}|fill-1280x720", "width-1280|format-jpeg"),
}
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
    """Make one size that a published cover lacks, those of cards first, else of a picture in a text or on a profile;
    answers 1, or 0 when there is none to make.

    One size takes a second at most, so other background work is not kept waiting. A picture whose file is missing
    or broken is passed over: its page shows an empty frame, and the log says why.
    """
    if _make_one(_covers(), list(dict.fromkeys([*specs(CARD), *reversed(specs(COVER))]))):
        return 1
    wanted = {path: [spec for pattern in patterns for spec in specs(pattern)] for path, patterns in ELSEWHERE.items()}
    return int(any(_make_one(_shown_as(path), sizes) for path, sizes in wanted.items()))


def _covers() -> QuerySet[LibraryImage]:
    pieces = AssetPage.objects.live().exclude(audience=Audience.SALES_ONLY).exclude(cover=None)
    return LibraryImage.objects.filter(pk__in=pieces.order_by().values("cover"))


def _shown_as(path: str) -> QuerySet[LibraryImage]:
    """The pictures that a piece or a profile names there."""
    kind = ContentType.objects.get_for_model(LibraryImage)
    named = ReferenceIndex.objects.filter(to_content_type=kind, to_object_id=Cast(OuterRef("pk"), CharField()))
    return LibraryImage.objects.filter(Exists(named.filter(model_path=path)))


def _make_one(images: QuerySet[LibraryImage], wanted: list[str]) -> bool:
    """The first of these sizes that one of the images lacks; was there one, and could it be made?"""
    made = Count("renditions", filter=Q(renditions__filter_spec__in=wanted))
    for image in images.annotate(made=made).filter(made__lt=len(wanted)).order_by("made", "-pk")[:MOST_BROKEN]:
        have = set(image.renditions.values_list("filter_spec", flat=True))
        try:
            image.get_rendition(next(spec for spec in wanted if spec not in have))
        except (OSError, SourceImageIOError) as error:
            logger.warning("Picture %s cannot be drawn in other sizes: %s", image.pk, error)
        else:
            return True
    return False
