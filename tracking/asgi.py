"""The collector on its own port and host, where many machines serve: `granian --interface asgi tracking.asgi:app`."""

import os

import django
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")
django.setup()
import_string("cms.startup.require_disk")()
app = import_string("tracking.collector.app")
import_string("cms.pulse.start")("collector")
