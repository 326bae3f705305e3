"""What every template of the public site may use."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject
from wagtail.models import Site


def site(request):
    """The site's name and address, and the tracking mode for the pixel script."""
    return {
        "site_name": SimpleLazyObject(lambda: _site_name(request)),
        "base_url": settings.BASE_URL,
        "tracking_consent": settings.TRACKING_CONSENT,
    }


def _site_name(request) -> str:
    """As staff named it under Settings › Sites, else as the installation is named. Asked only when it is shown."""
    found = Site.find_for_request(request)
    return found.site_name if found and found.site_name else settings.SITE_NAME
