"""The site's address is LEDE_BASE_URL, also where Wagtail asks its own table for it: in the mails of its workflows."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from wagtail.models import Site

PORTS = {"http": 80, "https": 443}


def keep(using="default", **_) -> None:
    """Write the address of the default site; called after each migrate. What another site has already stays there."""
    if using != "default" or Site._meta.db_table not in connection.introspection.table_names():
        return  # another database, or one that is migrated in part
    parts = urlsplit(settings.BASE_URL)
    here = {"hostname": parts.hostname, "port": parts.port or PORTS[parts.scheme]}
    site = Site.objects.filter(is_default_site=True).first()
    if site is None or Site.objects.filter(**here).exists():
        return
    site.hostname, site.port = here["hostname"], here["port"]
    site.save(update_fields=list(here))  # not an update: saving forgets the addresses that Wagtail keeps
