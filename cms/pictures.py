"""In which sizes the site shows covers, and how they are made before a reader has to wait for them."""

from wagtail.images.models import Filter

from cms.models import LibraryImage

# AVIF saves the most and takes ten times as long to make as WebP: only where a picture fills the page.
CARD = "format-{webp,jpeg}|width-{480,960}"
COVER = "format-{avif,webp,jpeg}|width-{960,1600}"
# What others show when they link to the piece: a format that all of them know. One of COVER's.
SHARED = "format-jpeg|width-960"


def specs(pattern: str) -> list[str]:
    """The single filter specs that `{% picture %}` makes of a pattern."""
    return Filter.expand_spec(pattern)


def prepare(image: LibraryImage) -> int:
    """Make every size of a cover that is still missing; answers how many the image now has. A second or two."""
    return len(image.get_renditions(*specs(CARD), *specs(COVER)))
