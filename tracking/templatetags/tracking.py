"""`{% load tracking %}{% pixel %}`: put it once at the end of a page's body."""

from typing import Any

from django import template
from django.conf import settings

from cms.models import AssetPage
from tracking import modes, wordings

register = template.Library()


@register.inclusion_tag("tracking/pixel.html", takes_context=True)
def pixel(context: template.Context) -> dict[str, Any]:
    """The page script, an image for browsers without scripts, and the banner where it is asked for.

    Engaged reading is measured on pieces only. Nothing at all where the mode for the reader's country is off.
    """
    request = context.get("request")
    mode = modes.of_django(request) if request else modes.of_country("")
    if getattr(request, "is_preview", False) or mode == modes.OFF:
        return {"is_shown": False}
    asks = mode == modes.CONSENTED and not settings.CONSENT_ELSEWHERE
    return {
        "is_shown": True,
        "consent": "none" if mode != modes.CONSENTED else "ask" if asks else "given",
        "asks": asks,
        "is_piece": isinstance(context.get("page"), AssetPage),
        "is_staff": not settings.COUNT_STAFF and _is_staff(request),
        "searched": _searched(request),
        "question": wordings.QUESTIONS[wordings.SITE_PROFILE],
        "wording": wordings.version(wordings.SITE_PROFILE),
    }


def _searched(request: Any) -> str:
    """The address of a page of search results without the words, which the image's Referer would tell; else ""."""
    return f"{settings.BASE_URL}{request.path}" if request and "q" in request.GET else ""


def _is_staff(request: Any) -> bool:
    user = getattr(request, "user", None)
    return bool(user and user.is_authenticated)
