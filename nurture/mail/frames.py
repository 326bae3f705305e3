"""A mail shown inside the admin: in a frame without scripts, without our cookies, and without calls elsewhere."""

import re
from html import escape

from django.conf import settings
from django.http import HttpResponse

from nurture.mail.render import Parts

# allow-popups: a link opens in a tab of its own, and that tab is an ordinary one again.
POLICY = (
    "default-src 'none'; img-src 'self' {base}; style-src 'unsafe-inline'; frame-ancestors 'self'; form-action 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


def mail(parts: Parts) -> HttpResponse:
    """The HTML part, or the text where there is none, every link for a new tab."""
    html = parts.html or f"<!doctype html><head></head><body><pre>{escape(parts.text)}</pre></body>"
    with_base = re.sub(r"<head\b[^>]*>", lambda found: f'{found[0]}<base target="_blank">', html, count=1)
    if with_base == html:
        with_base = f'<base target="_blank">{html}'
    response = HttpResponse(with_base)
    response["Content-Security-Policy"] = POLICY.format(base=settings.BASE_URL)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
