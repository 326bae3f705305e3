"""Covers in the templates: `{% cover piece.cover "card" sizes="…" alt="" %}`, sizes and formats from `cms.pictures`."""

from django import template
from wagtail.images.models import Picture
from wagtail.images.shortcuts import get_renditions_or_not_found

from cms import pictures

register = template.Library()


@register.simple_tag
def cover(image, kind, **attrs):
    """`<picture>` of a cover. `kind`: "card" or "head". What was read along is used as it is: Wagtail's own tag works
    out anew for each picture what its sizes are called, a third of the time that a list takes."""
    return Picture(_renditions(image, pictures.PATTERNS[kind]), attrs)


def _renditions(image, pattern):
    wanted = pictures.specs(pattern)
    read = {size.filter_spec: size for size in getattr(image, "prefetched_renditions", ())}
    if all(spec in read for spec in wanted):
        return {spec: read[spec] for spec in wanted}
    return get_renditions_or_not_found(image, wanted)
