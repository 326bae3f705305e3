"""What every template of the public site may use."""

from django.conf import settings


def site(request):
    """The site's name and address."""
    return {
        "site_name": settings.SITE_NAME,
        "base_url": settings.BASE_URL,
    }
