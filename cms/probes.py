"""`/healthz` and `/readyz`, for whoever starts and balances processes: public, cheap, and they tell nobody anything.

Answered before hosts, transport and sessions are looked at: a probe comes by address, without TLS.
"""

from django.db import DatabaseError, connection
from django.http import HttpResponse

ALIVE, READY = "/healthz", "/readyz"


class Probes:
    """Middleware, the first: `/healthz` says that this process answers, `/readyz` that its database does, too."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path_info == ALIVE:
            return _answer(True)
        if request.path_info == READY:
            return _answer(_database_answers())
        return self.get_response(request)


def _answer(well: bool) -> HttpResponse:
    words = "ok\n" if well else "not ready\n"
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(words, content_type="text/plain", status=200 if well else 503, headers=headers)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except DatabaseError:
        return False
