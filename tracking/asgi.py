"""The collector on its own port and host, where many machines serve: `granian --interface asgi tracking.asgi:app`."""

import gc
import os

import django
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")
django.setup()
import_string("cms.startup.require_disk")()
app = import_string("tracking.collector.app")
import_string("cms.pulse.start")("collector")
# What a request makes is gone when it is answered: looked for later, little garbage is left to look through. Pages make
# more of it, so beside them (cms/asgi.py) it is looked for as often as everywhere.
gc.set_threshold(50_000)
