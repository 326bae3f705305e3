"""ASGI entry point of the one-machine installation: the collector under /t/ and /v1/, Django for all else."""

import os
import warnings

from django.core.asgi import get_asgi_application
from django.db import connections
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")
django = get_asgi_application()
# Here each request has a thread of its own, and its connections with it: kept open they would be nobody's, until Python
# happens to collect the thread as garbage.
for alias in connections:
    connections.settings[alias]["CONN_MAX_AGE"] = 0
# A dotted string: cms imports no other app (docs/architecture.md).
collector = import_string("tracking.collector.app")


# Files are sent from synchronous iterators, read whole: they are small, and Django says so at the first one.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")


async def application(scope, receive, send):
    """Send each request to its half. Django refuses the lifespan protocol, so the collector answers it."""
    ours = scope["type"] == "lifespan" or scope["path"].startswith(("/t/", "/v1/"))
    await (collector if ours else django)(scope, receive, send)
