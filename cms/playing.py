"""Video, sound and captions of the library as browsers want them: in parts, from anywhere in the file."""

from django.http import Http404
from django.views.decorators.http import require_safe

from cms import documents
from cms.played_blocks import TYPES


@require_safe
def play(request, pk: int, name: str):
    """The file, whole or the part that is asked for. Who may not have the document finds none here either."""
    document = documents.find(pk, name)
    content_type = TYPES.get(document.file_extension.lower())
    if content_type is None:
        raise Http404
    if refusal := documents.refusal(request, document):
        return refusal
    response = documents.sent(request, document, is_open=False)
    if response.status_code in (200, 206):
        response["Content-Type"] = content_type
        response["Content-Disposition"] = "inline"
    return response
