"""Finding a piece by its title, for the forms that name some."""

from django.db.models import Q
from django.http import JsonResponse
from django.urls import path

from cms import policy
from cms.models import AssetPage

SHOWN = 20
LONGEST = 200


@policy.require("piece.name")
def find(request):
    """{"pieces": [{"id", "title", "note"}], "more": bool}: every word of `q` is in the title, the newest first."""
    words = request.GET.get("q", "")[:LONGEST].replace("\x00", " ").split()
    found = AssetPage.objects.filter(*(Q(title__icontains=word) for word in words)).order_by("-pk").defer("body")
    pieces = list(found[: SHOWN + 1])
    rows = [{"id": piece.pk, "title": piece.title, "note": note(piece)} for piece in pieces[:SHOWN]]
    return JsonResponse({"pieces": rows, "more": len(pieces) > SHOWN})


def note(piece: AssetPage) -> str:
    """What tells pieces of one title apart."""
    return f"{piece.get_format_display()} · {piece.slug}"


URLS = [path("library/pieces/find/", find, name="piece-find")]
