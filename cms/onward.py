"""What to read after a piece: for whom the piece is, or for who reads it, as far as we may know.

The page of a piece is the same for everybody, so it may be cached. A browser that agreed to be recognised asks once
more for its own three, when its reader comes near them.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cms import library, ports
from cms.feedback import readers
from cms.gates.offers import HIGHEST
from cms.models import AssetPage

MOST = 3


def pieces(page: AssetPage, topics, reader: dict) -> list[AssetPage]:
    """Three pieces to read after this one: for what is known of the reader, else for whom this piece is."""
    personas = [persona.pk for persona in page.personas.all()]
    return library.next_read(
        stage_id=reader["stage"] or page.primary_stage_id,
        persona_id=reader["persona"] or (personas[0] if len(personas) == 1 else None),
        topic_ids=[topic.pk for topic in topics],
        read_ids=reader["read"],
        exclude_id=page.pk,
        limit=MOST,
    )


@csrf_exempt  # it changes nothing; it is posted so that the key stands in no address and no log
@never_cache
@require_POST
def own(request, piece: int):
    """The cards for who posts a visitor key; 204 where nothing is known of them, and the page's own are right."""
    found = library.published(None).filter(pk=piece).first() if piece < HIGHEST else None
    if found is None:
        return HttpResponse(status=404)
    reader = ports.reader(request) if readers.visitor(request) else None
    if reader is None or not (reader["key"] or reader["read"]):
        return HttpResponse(status=204)
    context = {"next": pieces(found, found.topics.all(), reader)}
    return render(request, "cms/next.html", context)
