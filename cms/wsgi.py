"""WSGI entry point: pages in production (`granian --interface wsgi cms.wsgi`)."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")
application = get_wsgi_application()
import_string("cms.startup.require")()
# After Django is set up: the pulse writes to the database.
import_string("cms.pulse.start")("pages")
