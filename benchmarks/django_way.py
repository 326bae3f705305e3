"""What people do today: a Django view behind the project's whole middleware, and one INSERT a request.

It reads the same requests as our collector and stores the same row, without asking whether they are well formed.
granian --interface wsgi --blocking-threads 4 benchmarks.django_way:application
"""

import json
import os
from uuid import UUID, uuid4

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
django.setup()
settings.ROOT_URLCONF = __name__

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from benchmarks.constant import GIF
from tracking import links
from tracking.models import Draft


def pixel(request):
    """An event from an image."""
    given = request.GET
    store(request, UUID(given["e"]), given["k"], "pixel", {"url": given["u"], "visitor": given["v"]})
    return HttpResponse(GIF, content_type="image/gif")


@csrf_exempt
def beacon(request):
    """An event from a script."""
    data = json.loads(request.body)
    payload = {name: data[name] for name in ("url", "title", "visitor", "properties")}
    store(request, UUID(data["uuid"]), data["kind"], "script", payload)
    return JsonResponse({"accepted": 1}, status=202)


def follow(request, token):
    """A tracked link."""
    destination, ref = links.read(token)
    store(request, uuid4(), "link_followed", "link", {"url": destination, "link": ref})
    return HttpResponseRedirect(destination)


def store(request, uuid, kind, source, payload):
    """One row, committed."""
    facts = {
        "ua": request.headers.get("user-agent", ""),
        "ip": request.META["REMOTE_ADDR"],
        "method": request.method,
        "accept_language": request.headers.get("accept-language", ""),
    }
    now = timezone.now()
    Draft.objects.create(
        uuid=uuid, kind=kind, source=source, occurred_at=now, received_at=now, payload=payload, facts=facts
    )


urlpatterns = [path("t/p.gif", pixel), path("t/e", beacon), path("t/c/<str:token>", follow)]
application = get_wsgi_application()
