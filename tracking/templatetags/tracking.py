"""`{% load tracking %}{% pixel %}`: put it once at the end of a page's head or body."""

from typing import Any

from django import template
from django.conf import settings

from cms.models import AssetPage

register = template.Library()


@register.inclusion_tag("tracking/pixel.html", takes_context=True)
def pixel(context: template.Context) -> dict[str, Any]:
    """The page script, and an image for browsers without scripts. Engaged reading is measured on pieces only."""
    request = context.get("request")
    if getattr(request, "is_preview", False):
        return {"is_shown": False}
    return {
        "is_shown": True,
        "consent": settings.TRACKING_CONSENT,
        "is_piece": isinstance(context.get("page"), AssetPage),
    }
